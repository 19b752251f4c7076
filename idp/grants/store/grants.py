"""Grants: one row per authorization of one client by one person; all its tokens point here (DESIGN 5.5).

To end tokens is to mark this row. It is kept until it has expired: whatever still points at it is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, false, insert, select, update

from idp.database import UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.grants.rows import grant_facts, grant_text
from idp.grants.store.revoked_tokens import is_revoked
from idp.grants.store.table import grants, is_live
from idp.ids import ClientId, Gid, GrantId, PersonId, bucket_of
from idp.protocol.facts import GrantFacts
from keys.envelope import Vault

_MOST_IN_ONE = 500
_other = grants.alias("other")
_is_only_one = ~(
    select(_other.c.grant_id)
    .where(
        *of_person(_other),
        _other.c.client_id == bindparam("of_client"),
        _other.c.grant_id != bindparam("this_grant"),
    )
    .exists()
)
_ADD = insert(grants).returning(_is_only_one.label("is_only_one"))
_FIND_BY_GID = select(grants.c.facts, grants.c.expires_at, is_live.label("is_live")).where(
    grants.c.gid == bindparam("gid")
)
_FIND_OF_TOKEN = select(
    grants.c.facts, grants.c.expires_at, and_(is_live, ~is_revoked(bindparam("of_jti"))).label("is_live")
).where(grants.c.gid == bindparam("gid"))


@cache
def _find_with_holder() -> Select[Any]:
    """Return the same with whose grant it is; that table is another feature's, and known by its name."""
    people = metadata.tables["people"]
    is_holder = and_(people.c.bucket == grants.c.bucket, people.c.person_id == grants.c.person_id)
    return _FIND_OF_TOKEN.add_columns(*people.c).join(people, is_holder)


_HAS_USED = (
    select(grants.c.grant_id)
    .where(
        *of_person(grants),
        grants.c.client_id == bindparam("of_client"),
        grants.c.created_at < bindparam("before"),
    )
    .limit(1)
)
_REVOKE = (
    update(grants)
    .where(grants.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"), revoke_reason=bindparam("reason"))
    .returning(grants.c.facts)
)
_REVOKE_ONE = _REVOKE.where(grants.c.grant_id == bindparam("this_grant"))
_REVOKE_OF_PERSON = _REVOKE.where(
    *of_person(grants),
    grants.c.expires_at > bindparam("now"),
)
_REVOKE_OF_CLIENT = _REVOKE_OF_PERSON.where(grants.c.client_id == bindparam("of_client"))
_REVOKE_OF_SESSION = _REVOKE.where(
    grants.c.session_id == bindparam("of_session"), grants.c.is_offline.is_(false())
)
_REVOKE_OF_CONTEXT = _REVOKE.where(grants.c.context_id == bindparam("of_context"))
_REVOKE_OF_PRINCIPAL = _REVOKE.where(grants.c.principal_id == bindparam("of_principal"))
_REVOKE_OF_PRINCIPAL_AT = _REVOKE_OF_PRINCIPAL.where(grants.c.client_id == bindparam("of_client"))
_REVOKE_OF_CONTEXTS = _REVOKE.where(grants.c.context_id.in_(bindparam("of_contexts", expanding=True)))
_CUT_OF_CONTEXT = (
    update(grants)
    .where(
        grants.c.context_id == bindparam("of_context"),
        grants.c.expires_at > bindparam("until", type_=UtcTime),
    )
    .values(expires_at=bindparam("until", type_=UtcTime))
)
_OF_PERSON = select(grants.c.facts).where(
    *of_person(grants),
    grants.c.revoked_at.is_(None),
    grants.c.expires_at > bindparam("now"),
)
_ERASE = delete_oldest((grants.c.bucket, grants.c.grant_id), grants.c.expires_at)


@dataclass(frozen=True, slots=True)
class GrantStore:
    """The grants of one transaction."""

    connection: Connection
    vault: Vault

    def add(
        self,
        facts: GrantFacts,
        *,
        session_id: str,
        offline: bool,
        expires_at: datetime,
        now: datetime,
        network: bytes | None = None,
    ) -> bool:
        """Store a new grant; True: of this person and client no other is kept, ended ones included."""
        row = {
            "bucket": bucket_of(facts.person_id),
            "grant_id": facts.grant_id,
            "gid": facts.gid,
            "person_id": facts.person_id,
            "client_id": facts.client_id,
            "session_id": session_id,
            "is_offline": offline,
            "facts": grant_text(facts),
            "created_at": now,
            "expires_at": expires_at,
            "network": network,
            "context_id": facts.context.context_id if facts.context else None,
            "principal_id": facts.context.principal_id if facts.context else None,
        }
        given = {
            **person_given(facts.person_id),
            "of_client": facts.client_id,
            "this_grant": facts.grant_id,
        }
        return bool(self.connection.execute(_ADD, {**row, **given}).scalar_one())

    def find_by_gid(self, gid: Gid, now: datetime) -> tuple[GrantFacts, bool] | None:
        """Return the grant of a mark, which grants/gid.py reads from an access token, and whether it is live."""
        row = self.connection.execute(_FIND_BY_GID, {"gid": gid}).one_or_none()
        return None if row is None else (grant_facts(row.facts), row.is_live and now < row.expires_at)

    def find_of_token(self, gid: Gid, jti: str, now: datetime) -> tuple[GrantFacts, bool] | None:
        """Return the grant of an access token, and whether both are live: neither was revoked."""
        row = self.connection.execute(_FIND_OF_TOKEN, {"gid": gid, "of_jti": jti}).one_or_none()
        return None if row is None else (grant_facts(row.facts), row.is_live and now < row.expires_at)

    def find_with_holder(self, gid: Gid, jti: str, now: datetime) -> tuple[GrantFacts, Row[Any]] | None:
        """Return the grant of an access token and whose it is, as a row for `PersonStore.of_row`, if both are live."""
        row = self.connection.execute(_find_with_holder(), {"gid": gid, "of_jti": jti}).one_or_none()
        return (
            None
            if row is None or not (row.is_live and now < row.expires_at)
            else (grant_facts(row.facts), row)
        )

    def has_used(self, person_id: PersonId, client_id: ClientId, before: datetime) -> bool:
        """Tell whether a person used a client before a moment, as far as grants are still kept."""
        given = {"of_bucket": bucket_of(person_id), "of_person": person_id, "of_client": client_id}
        return self.connection.execute(_HAS_USED, {**given, "before": before}).one_or_none() is not None

    def revoke(self, grant_id: GrantId, now: datetime, reason: str) -> bool:
        """End a grant with all its tokens; True if this call did it."""
        given = {"this_grant": grant_id, "now": now, "reason": reason}
        return self.connection.execute(_REVOKE_ONE, given).one_or_none() is not None

    def revoke_of_person(
        self, person_id: PersonId, now: datetime, reason: str, client_id: ClientId | None = None
    ) -> tuple[GrantFacts, ...]:
        """End the grants of a person (to one client), offline ones too; return those this call ended."""
        given: dict[str, object] = {
            "of_bucket": bucket_of(person_id),
            "of_person": person_id,
            "now": now,
            "reason": reason,
        }
        if client_id is None:
            return _all_facts(self.connection.execute(_REVOKE_OF_PERSON, given).all())
        return _all_facts(self.connection.execute(_REVOKE_OF_CLIENT, {**given, "of_client": client_id}).all())

    def revoke_of_session(self, session_id: str, now: datetime, reason: str) -> tuple[GrantFacts, ...]:
        """End the grants that live with a session; offline ones stay (OpenID Connect Core §11)."""
        given = {"of_session": session_id, "now": now, "reason": reason}
        return _all_facts(self.connection.execute(_REVOKE_OF_SESSION, given).all())

    def revoke_of_context(self, context_id: str, now: datetime, reason: str) -> tuple[GrantFacts, ...]:
        """End the grants given under a mandate or post; call it in the transaction that ends that (bound A)."""
        given = {"of_context": context_id, "now": now, "reason": reason}
        return _all_facts(self.connection.execute(_REVOKE_OF_CONTEXT, given).all())

    def cut_of_context(self, context_id: str, until: datetime) -> None:
        """Let the grants given under a mandate or post end by then: its own end was brought forward."""
        self.connection.execute(_CUT_OF_CONTEXT, {"of_context": context_id, "until": until})

    def revoke_of_contexts(
        self, context_ids: Sequence[str], now: datetime, reason: str
    ) -> tuple[GrantFacts, ...]:
        """End the grants given under any of these mandates; of however many, at once."""
        ended: list[GrantFacts] = []
        for at in range(0, len(context_ids), _MOST_IN_ONE):
            given = {"of_contexts": context_ids[at : at + _MOST_IN_ONE], "now": now, "reason": reason}
            ended += _all_facts(self.connection.execute(_REVOKE_OF_CONTEXTS, given).all())
        return tuple(ended)

    def revoke_those(
        self, person_id: PersonId, is_to_end: Callable[[GrantFacts], bool], now: datetime, reason: str
    ) -> tuple[GrantFacts, ...]:
        """End those of a person's live grants for which this is true; return those this call ended."""
        given = {"of_bucket": bucket_of(person_id), "of_person": person_id, "now": now}
        live = _all_facts(self.connection.execute(_OF_PERSON, given).all())
        return tuple(one for one in live if is_to_end(one) and self.revoke(one.grant_id, now, reason))

    def revoke_of_principal(
        self, principal_id: str, now: datetime, reason: str, client_id: ClientId | None = None
    ) -> tuple[GrantFacts, ...]:
        """End the grants given for an organisation, ward or agency (to one client), by whomever."""
        given: dict[str, object] = {"of_principal": principal_id, "now": now, "reason": reason}
        if client_id is None:
            return _all_facts(self.connection.execute(_REVOKE_OF_PRINCIPAL, given).all())
        return _all_facts(
            self.connection.execute(_REVOKE_OF_PRINCIPAL_AT, {**given, "of_client": client_id}).all()
        )

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete grants expired by this moment, with the codes and refresh tokens that point at them."""
        return erase(self.connection, _ERASE, now, limit)


def _all_facts(rows: Sequence[Row[Any]]) -> tuple[GrantFacts, ...]:
    return tuple(grant_facts(row.facts) for row in rows)
