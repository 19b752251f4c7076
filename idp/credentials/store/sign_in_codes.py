"""Codes that were sent to sign somebody in, one an interaction: the newest alone counts, five tries, once (SECURITY E11).

A row for an address that opens nothing is there all the same, so that no answer depends on it (E16). The table refers
to no person for that reason.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.credentials.sign_in_code import SignInCode
from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.messages.model.codes import MOST_CODE_TRIES
from keys.envelope import Vault

_ADDRESS = "sign_in_code.address"

sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    Column("interaction_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Sealed(_ADDRESS), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_sign_in_codes_expires_at", "expires_at"),
)

_t = sign_in_codes.c
_here = _t.interaction_id == bindparam("this_interaction")
_is_good = and_(_t.expires_at > bindparam("now", type_=UtcTime), _t.tries < MOST_CODE_TRIES)
_put = insert(sign_in_codes)
_PUT = _put.on_conflict_do_update(
    index_elements=["interaction_id"],
    set_={
        name: _put.excluded[name]
        for name in ("person_id", "account", "channel", "address", "digest", "tries", "expires_at")
    },
)
_FIND = select(sign_in_codes).where(_here, _is_good)
_LATEST = select(sign_in_codes).where(_here)
_RESERVE = update(sign_in_codes).where(_here, _is_good).values(tries=_t.tries + 1).returning(*_t)
_SPEND = delete(sign_in_codes).where(_here, _t.digest == bindparam("this_digest")).returning(_t.tries)
_ERASE = delete_oldest((_t.interaction_id,), _t.expires_at)


@dataclass(frozen=True, slots=True)
class SignInCodeStore:
    """The codes of one transaction."""

    connection: Connection
    vault: Vault

    def put(self, code: SignInCode) -> None:
        """Store a code that is being sent: the one before it in this interaction is worth nothing any more."""
        row = {
            "interaction_id": code.interaction_id,
            "person_id": code.person_id,
            "account": code.account,
            "channel": code.channel.value,
            "address": self.vault.seal_text(code.address, purpose=_ADDRESS),
            "digest": code.digest,
            "tries": code.tries,
            "expires_at": code.expires_at,
        }
        self.connection.execute(_PUT, row)

    def find(self, interaction_id: str, now: datetime) -> SignInCode | None:
        """Return the code that may still be entered in an interaction."""
        given = {"this_interaction": interaction_id, "now": now}
        return self._code(self.connection.execute(_FIND, given).mappings().one_or_none())

    def latest(self, interaction_id: str) -> SignInCode | None:
        """Return the latest code of an interaction; it may be over."""
        given = {"this_interaction": interaction_id}
        return self._code(self.connection.execute(_LATEST, given).mappings().one_or_none())

    def reserve_try(self, interaction_id: str, now: datetime) -> SignInCode | None:
        """Count a try before it is looked at; None: there is no code, it is over, or its tries are."""
        given = {"this_interaction": interaction_id, "now": now}
        return self._code(self.connection.execute(_RESERVE, given).mappings().one_or_none())

    def spend(self, interaction_id: str, digest: bytes) -> bool:
        """Use a code; True once."""
        given = {"this_interaction": interaction_id, "this_digest": digest}
        return self.connection.execute(_SPEND, given).one_or_none() is not None

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Delete codes that were over by then; return how many."""
        return erase(self.connection, _ERASE, before, limit)

    def _code(self, row: RowMapping | None) -> SignInCode | None:
        if row is None:
            return None
        return SignInCode(
            interaction_id=row["interaction_id"],
            person_id=PersonId(row["person_id"]),
            account=row["account"],
            channel=Channel(row["channel"]),
            address=self.vault.open_text(row["address"], purpose=_ADDRESS),
            digest=row["digest"],
            tries=row["tries"],
            expires_at=row["expires_at"],
        )
