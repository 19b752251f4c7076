"""SSO sessions: begun, found by their cookie, renewed, ended (SECURITY B10).

Race rules (PostgreSQL, READ COMMITTED): beginning a session holds the person's row (FOR SHARE), so that none begins
while the person is being locked, or merged into another record, to wake up when they are unlocked or split off. Ending
one updates its row, which waits for redemptions that hold it (grants/store/codes.py): what
`clients_of` returns afterwards is complete.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Connection,
    Integer,
    String,
    Text,
    and_,
    bindparam,
    case,
    column,
    func,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from idp.database import Digest, UtcTime
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.ids import ClientId, HandleKind, PersonId, Sid, bucket_of, parse_handle
from idp.protocol.assurance import Acr
from idp.protocol.context import Chosen
from idp.sessions.model import Session, SessionClient
from idp.sessions.store.session_clients import REACHED_AS, known_as, session_client, session_clients
from idp.sessions.store.session_contexts import session_contexts
from idp.sessions.store.table import amr_text, session, sessions
from keys.envelope import Vault

_people = table(
    "people",
    column("bucket", String),
    column("person_id", Text),
    column("status", Text),
    column("canonical_id", Text),
    column("restricted_at", UtcTime),
)
_subjects = table(
    "subjects",
    column("bucket", String),
    column("person_id", Text),
    column("sector", Text),
    column("sub", Text),
)
_sub = (
    select(_subjects.c.sub)
    .where(
        _subjects.c.bucket == sessions.c.bucket,
        _subjects.c.person_id == sessions.c.person_id,
        _subjects.c.sector == bindparam("in_sector", type_=Text),
    )
    .scalar_subquery()
)
_person_is_active = and_(_people.c.status == "active", _people.c.canonical_id.is_(None))

_LATER = {"bucket", "ended_at", "end_reason", "reprove_by", "told_ended"}
_GIVEN = [one.name for one in sessions.c if one.name not in _LATER]
_ADD = (
    insert(sessions)
    .from_select(
        ["bucket", *_GIVEN],
        select(_people.c.bucket, *(bindparam(f"new_{name}", type_=sessions.c[name].type) for name in _GIVEN))
        .where(
            _people.c.bucket == bindparam("of_bucket"),
            _people.c.person_id == bindparam("new_person_id"),
            _person_is_active,
        )
        .with_for_update(read=True),
    )
    .returning(sessions.c.session_id)
)
_FIND = (
    select(sessions, _people.c.restricted_at)
    .join(_people, and_(_people.c.bucket == sessions.c.bucket, _people.c.person_id == sessions.c.person_id))
    .where(sessions.c.cookie == bindparam("of_cookie"), sessions.c.ended_at.is_(None), _person_is_active)
)
_FIND_AND_LOCK = _FIND.add_columns(_sub.label("sub")).with_for_update(of=_people)
_this_session = sessions.c.session_id == bindparam("this_session")
_this_live_session = and_(_this_session, sessions.c.ended_at.is_(None))
_GET = select(sessions).where(_this_session)
_TOUCH = (
    update(sessions)
    .where(_this_live_session, sessions.c.last_seen_at < bindparam("now"))
    .values(last_seen_at=bindparam("now"))
)
_told = func.coalesce(sessions.c.told_ended, "") + bindparam("told_client", type_=Text) + "\n"
_TELL = update(sessions).where(_this_session).values(told_ended=_told)
_RENEWED = (
    *(
        "cookie",
        "auth_time",
        "acr",
        "amr",
        "ial",
        "idp",
        "network",
        "device",
        "degraded",
        "ial_at",
        "expires_at",
    ),
    *("device_id", "device_since", "is_public", "asks_more"),
)
_RENEW = (
    update(sessions)
    .where(_this_live_session, sessions.c.bucket == bindparam("of_bucket"))
    .values(
        **{name: bindparam(f"new_{name}") for name in _RENEWED},
        upstream_sid=func.coalesce(bindparam("new_upstream_sid", type_=Digest), sessions.c.upstream_sid),
        reprove_by=None,
        last_seen_at=bindparam("now"),
    )
    .returning(sessions.c.session_id)
)
_END = (
    update(sessions)
    .where(_this_live_session)
    .values(
        ended_at=bindparam("now"),
        end_reason=bindparam("reason"),
        # Its time is over: one index on expires_at serves the eraser.
        expires_at=case(
            (sessions.c.expires_at < bindparam("now"), sessions.c.expires_at), else_=bindparam("now")
        ),
    )
    .returning(sessions.c.session_id)
)
_OF_PERSON = (
    select(sessions)
    .where(
        *of_person(sessions),
        sessions.c.ended_at.is_(None),
    )
    .order_by(sessions.c.created_at, sessions.c.session_id)
)
_BEYOND = (
    select(sessions)
    .where(
        *of_person(sessions),
        sessions.c.ended_at.is_(None),
    )
    .order_by(sessions.c.last_seen_at.desc(), sessions.c.session_id)
    .offset(bindparam("kept", type_=Integer))
    .limit(bindparam("most", type_=Integer))
)
_LOWER = (
    update(sessions)
    .where(
        *of_person(sessions),
        sessions.c.ended_at.is_(None),
        sessions.c.acr.in_(bindparam("above", expanding=True)),
    )
    .values(acr=bindparam("new_acr"))
    .returning(sessions.c.session_id)
)
_LOWER_IAL = (
    update(sessions)
    .where(
        *of_person(sessions),
        sessions.c.ended_at.is_(None),
        sessions.c.ial > bindparam("new_ial"),
    )
    .values(ial=bindparam("new_ial"))
)
_upsert = upsert(session_clients)
_REACH = _upsert.from_select(
    ["bucket", "session_id", "client_id", "sid", "sub", "reached_at", "context_id"],
    select(
        sessions.c.bucket,
        sessions.c.session_id,
        bindparam("new_client", type_=Text),
        bindparam("new_sid", type_=Text),
        bindparam("new_sub", type_=Text),
        bindparam("now", type_=session_clients.c.reached_at.type),
        bindparam("new_context", type_=Text),
    ).where(_this_session),
).on_conflict_do_update(
    index_elements=["bucket", "session_id", "client_id"],
    set_={name: _upsert.excluded[name] for name in ("sid", "sub", "reached_at", "context_id")},
)
_of_session = and_(
    session_clients.c.bucket == sessions.c.bucket, session_clients.c.session_id == sessions.c.session_id
)
_CLIENTS_OF = (
    select(session_clients)
    .join(sessions, _of_session)
    .where(_this_session)
    .order_by(session_clients.c.reached_at, session_clients.c.client_id)
)
_FIND_BY_SID = select(sessions).join(session_clients, _of_session).where(known_as)
_choose = upsert(session_contexts)
_CHOOSE = (
    _choose.from_select(
        ["bucket", "session_id", "client_id", "choice_id", "chosen_at"],
        select(
            sessions.c.bucket,
            sessions.c.session_id,
            bindparam("at_client", type_=Text),
            bindparam("new_choice", type_=Text),
            bindparam("now", type_=session_contexts.c.chosen_at.type),
        ).where(_this_live_session),
    )
    .on_conflict_do_update(
        index_elements=["bucket", "session_id", "client_id"],
        set_={"choice_id": _choose.excluded.choice_id, "chosen_at": _choose.excluded.chosen_at},
    )
    .returning(session_contexts.c.session_id)
)
_CHOSEN = select(session_contexts.c.choice_id, session_contexts.c.chosen_at).where(
    session_contexts.c.bucket == bindparam("of_bucket"),
    session_contexts.c.session_id == bindparam("this_session"),
    session_contexts.c.client_id == bindparam("at_client"),
)
_ERASE = delete_oldest((sessions.c.bucket, sessions.c.session_id), sessions.c.expires_at)


@dataclass(frozen=True, slots=True)
class SessionStore:
    """The sessions of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, new: Session, cookie: str, *, upstream_sid: str | None = None) -> bool:
        """Begin a session; False if the person may not sign in, or was just merged: then there is none.

        `upstream_sid` names issuer and session there; it is kept as a digest.
        """
        bucket = bucket_of(new.person_id)
        handle = parse_handle(cookie, HandleKind.SESSION)
        if handle is None or handle.bucket != bucket:
            raise ValueError("a session's cookie is a handle in the bucket of its person")
        given = {"of_bucket": bucket, **self._given(new, cookie, upstream_sid)}
        return self.connection.execute(_ADD, given).one_or_none() is not None

    def find(self, cookie: str, *, locks_person: bool = False, sector: str = "") -> Session | None:
        """Return the session of a cookie, if it has not ended and its person may sign in.

        Whether it is idle too long is for `Session.is_live` to say. `locks_person`: no other transaction that locks
        this person goes on before this one ends (the rule's root row); what is read after is as of then. Their `sub` in
        a sector, which once chosen stays, comes along.
        """
        if parse_handle(cookie, HandleKind.SESSION) is None:
            return None
        given = {"of_cookie": self.vault.digest(cookie)}
        if not locks_person:
            row = self.connection.execute(_FIND, given).one_or_none()
        else:
            row = self.connection.execute(_FIND_AND_LOCK, {**given, "in_sector": sector}).one_or_none()
        if row is None:
            return None
        return session(
            row, is_restricted=row.restricted_at is not None, sub=row.sub if locks_person else None
        )

    def get(self, session_id: str) -> Session | None:
        """Return a session, ended or not."""
        row = self.connection.execute(_GET, {"this_session": session_id}).one_or_none()
        return None if row is None else session(row)

    def touch(self, session_id: str, now: datetime) -> None:
        """Mark a live session as seen."""
        self.connection.execute(_TOUCH, {"this_session": session_id, "now": now})

    def renew(self, session_id: str, cookie: str, new: Session, upstream_sid: str | None = None) -> bool:
        """Give a live session a new cookie, and the proof of `new`, after its person proved themselves again.

        The old cookie is dead. Where the session came from stays, unless it was proved upstream anew.
        """
        handle = parse_handle(cookie, HandleKind.SESSION)
        if handle is None:
            raise ValueError("a session's cookie is a handle")
        proved = self._given(new, cookie, upstream_sid)
        given = {
            **{name: proved[name] for name in (*map("new_{}".format, _RENEWED), "new_upstream_sid")},
            "this_session": session_id,
            "of_bucket": handle.bucket,
            "now": new.last_seen_at,
        }
        return self.connection.execute(_RENEW, given).one_or_none() is not None

    def end(self, session_id: str, now: datetime, reason: str) -> bool:
        """End a session; True if this call did it. Ask `clients_of` afterwards, in the same transaction."""
        given = {"this_session": session_id, "now": now, "reason": reason}
        return self.connection.execute(_END, given).one_or_none() is not None

    def lower(self, person_id: PersonId, acr: Acr, ial: int | None = None) -> int:
        """Let a person's live sessions count for this level at most; return how many were above it. `ial`: the same."""
        if ial is not None:
            given = {**person_given(person_id), "new_ial": ial}
            self.connection.execute(_LOWER_IAL, given)
        known = {
            "of_bucket": bucket_of(person_id),
            "of_person": person_id,
            "above": [one.value for one in Acr if one.rank > acr.rank],
            "new_acr": acr.value,
        }
        return len(self.connection.execute(_LOWER, known).all())

    def of_person(self, person_id: PersonId) -> tuple[Session, ...]:
        """Return the sessions of a person that have not ended, the oldest first."""
        given = person_given(person_id)
        return tuple(session(row) for row in self.connection.execute(_OF_PERSON, given))

    def beyond(self, person_id: PersonId, kept: int, limit: int) -> tuple[Session, ...]:
        """Return those of a person's sessions that have not ended, but for the most lately used."""
        given = {**person_given(person_id), "kept": kept, "most": limit}
        return tuple(session(row) for row in self.connection.execute(_BEYOND, given))

    def reach(self, reached: SessionClient) -> None:
        """Note that a session has reached a relying party, as whom, and the sid it is known as there from now on."""
        given = {
            "this_session": reached.session_id,
            "new_client": reached.client_id,
            "new_sid": reached.sid,
            "new_sub": reached.sub,
            "new_context": reached.context_id,
            "now": reached.reached_at,
        }
        self.connection.execute(_REACH, given)

    def tell(self, session_id: str, client_id: ClientId) -> None:
        """Note that a relying party is told that a session ended which goes on: it gets another sid of it."""
        self.connection.execute(_TELL, {"this_session": session_id, "told_client": client_id})

    def choose(self, session_id: str, client_id: ClientId, choice_id: str, now: datetime) -> bool:
        """Note for whom a live session acts at a relying party; False if it has ended."""
        given = {"this_session": session_id, "at_client": client_id, "new_choice": choice_id, "now": now}
        return self.connection.execute(_CHOOSE, given).one_or_none() is not None

    def chosen(self, person_id: PersonId, session_id: str, client_id: ClientId) -> Chosen | None:
        """Return for whom the person of a session chose to act at a relying party."""
        given = {"of_bucket": bucket_of(person_id), "this_session": session_id, "at_client": client_id}
        row = self.connection.execute(_CHOSEN, given).one_or_none()
        return None if row is None else Chosen(choice_id=row.choice_id, chosen_at=row.chosen_at)

    def clients_of(self, session_id: str) -> tuple[SessionClient, ...]:
        """Return the relying parties a session has reached."""
        rows = self.connection.execute(_CLIENTS_OF, {"this_session": session_id})
        return tuple(session_client(row) for row in rows)

    def reached_as(self, client_id: ClientId, sid: Sid) -> SessionClient | None:
        """Return what a relying party that knows a session as this sid was told of it last."""
        row = self.connection.execute(REACHED_AS, {"of_client": client_id, "of_sid": sid}).one_or_none()
        return None if row is None else session_client(row)

    def find_by_sid(self, client_id: ClientId, sid: Sid) -> Session | None:
        """Return the session a relying party knows as this sid, ended or not."""
        row = self.connection.execute(_FIND_BY_SID, {"of_client": client_id, "of_sid": sid}).one_or_none()
        return None if row is None else session(row)

    def erase_ended(self, before: datetime, limit: int) -> int:
        """Delete sessions over by this moment, with what they reached."""
        return erase(self.connection, _ERASE, before, limit)

    def _digest(self, upstream_sid: str | None) -> bytes | None:
        return None if upstream_sid is None else self.vault.digest(upstream_sid)

    def _given(self, new: Session, cookie: str, upstream_sid: str | None) -> dict[str, object]:
        """Return a session as parameters."""
        return {
            "new_session_id": new.session_id,
            "new_cookie": self.vault.digest(cookie),
            "new_person_id": new.person_id,
            "new_created_at": new.created_at,
            "new_last_seen_at": new.last_seen_at,
            "new_expires_at": new.expires_at,
            "new_auth_time": new.auth_time,
            "new_acr": new.acr,
            "new_amr": amr_text(new.amr),
            "new_ial": new.ial,
            "new_idp": new.idp,
            "new_network": new.network,
            "new_device": new.device or None,
            "new_realm": new.realm.value,
            "new_upstream_sid": self._digest(upstream_sid),
            "new_degraded": new.degraded or None,
            "new_ial_at": new.ial_at,
            "new_device_id": new.device_id or None,
            "new_device_since": new.device_since,
            "new_is_public": new.is_public or None,
            "new_asks_more": new.asks_more or None,
        }
