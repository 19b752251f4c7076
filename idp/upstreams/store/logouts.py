"""Logout tokens that an upstream has sent, so that none counts twice – Back-Channel Logout 1.0 §2.6 (SECURITY F02).

The `jti` is kept as a digest, until its token is refused by its time alone. Beside it, in the same way, whom it named, a
session or a person: who is still on their way back from there begins none here.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Table, Text, bindparam, case, delete, select
from sqlalchemy.dialects.postgresql import insert

from idp.database import Digest, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from keys.envelope import Vault

upstream_logouts = Table(
    "upstream_logouts",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("jti", Digest, primary_key=True),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_upstream_logouts_expires_at", "expires_at"),
)

_t = upstream_logouts.c
_SPEND = (
    insert(upstream_logouts).on_conflict_do_nothing(index_elements=["issuer", "jti"]).returning(_t.issuer)
)
_TAKE_BACK = delete(upstream_logouts).where(
    _t.issuer == bindparam("of_issuer"), _t.jti == bindparam("of_session")
)
_note = insert(upstream_logouts)
_is_later = _note.excluded.expires_at > _t.expires_at
_NOTE = _note.on_conflict_do_update(
    index_elements=["issuer", "jti"],
    set_={"expires_at": case((_is_later, _note.excluded.expires_at), else_=_t.expires_at)},
)
_NOTED = select(_t.expires_at).where(_t.issuer == bindparam("of_issuer"), _t.jti == bindparam("of_person"))
_ERASE = delete_oldest((_t.issuer, _t.jti), _t.expires_at)


@dataclass(frozen=True, slots=True)
class UpstreamLogoutStore:
    """The spent logout tokens of one transaction."""

    connection: Connection
    vault: Vault

    def spend(self, issuer: str, jti: str, expires_at: datetime) -> bool:
        """Spend a logout token; False for everyone but the first."""
        row = {"issuer": issuer, "jti": self.vault.digest(jti), "expires_at": expires_at}
        return self.connection.execute(_SPEND, row).one_or_none() is not None

    def note_over(self, issuer: str, sid: str, until: datetime) -> None:
        """Keep until then that a session there is over."""
        self.spend(issuer, _name_of(sid), until)

    def is_over(self, issuer: str, sid: str, now: datetime) -> bool:
        """Tell whether a logout token has named a session there; if none has, the next waits for this transaction.

        Its row is written and taken back: where two nodes run at once there is nothing else that both of them hold.
        """
        if not self.spend(issuer, _name_of(sid), now):
            return True
        given = {"of_issuer": issuer, "of_session": self.vault.digest(_name_of(sid))}
        self.connection.execute(_TAKE_BACK, given)
        return False

    def note_signed_out(self, issuer: str, subject: str, *, of_all: bool, until: datetime) -> None:
        """Keep until then that a person was signed out there, of all sessions or of those without a name.

        The person's row is locked after it, and by whoever begins a session of theirs before they ask.
        """
        row = {"issuer": issuer, "jti": self.vault.digest(_name_of_person(subject, of_all=of_all))}
        self.connection.execute(_NOTE, {**row, "expires_at": until})

    def signed_out_until(self, issuer: str, subject: str, *, of_all: bool) -> datetime | None:
        """Return until when it is kept that a person was signed out there; None: nothing is."""
        name = self.vault.digest(_name_of_person(subject, of_all=of_all))
        given = {"of_issuer": issuer, "of_person": name}
        until: datetime | None = self.connection.execute(_NOTED, given).scalar_one_or_none()
        return until

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete what is refused by its time since this moment."""
        return erase(self.connection, _ERASE, now, limit)


def _name_of(sid: str) -> str:
    """Return what no `jti` can be: those have no line break (federation/logout_token.py)."""
    return f"session\n{sid}"


def _name_of_person(subject: str, *, of_all: bool) -> str:
    return f"{'person' if of_all else 'nameless'}\n{subject}"
