"""One-time links, by keyed digest; one per purpose, so that a new one kills the older (SECURITY R16)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, and_, bindparam, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from idp.database import Digest, UtcTime, metadata
from idp.ids import HandleKind, parse_handle
from keys.envelope import Vault

links = Table(
    "links",
    metadata,
    Column("purpose", Text, primary_key=True),
    Column("digest", Digest, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("spent_at", UtcTime),
)

_insert = insert(links)
_ADD = _insert.on_conflict_do_update(
    index_elements=["purpose"],
    set_={
        "digest": _insert.excluded.digest,
        "created_at": _insert.excluded.created_at,
        "expires_at": _insert.excluded.expires_at,
        "spent_at": None,
    },
)
_is_good = and_(
    links.c.purpose == bindparam("of_purpose"),
    links.c.digest == bindparam("of_digest"),
    links.c.spent_at.is_(None),
    links.c.expires_at > bindparam("now"),
)
_PEEK = select(literal(1)).select_from(links).where(_is_good)
_SPEND = update(links).where(_is_good).values(spent_at=bindparam("now")).returning(links.c.purpose)


@dataclass(frozen=True, slots=True)
class LinkStore:
    """The links of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, link: str, *, purpose: str, expires_at: datetime, now: datetime) -> None:
        """Store a link in place of the one before of the same purpose."""
        if parse_handle(link, HandleKind.LINK) is None:
            raise ValueError("a link is a handle")
        row = {
            "purpose": purpose,
            "digest": self.vault.digest(link),
            "created_at": now,
            "expires_at": expires_at,
        }
        self.connection.execute(_ADD, row)

    def peek(self, link: str, purpose: str, now: datetime) -> bool:
        """Tell whether a link would still open, and leave it so: mail scanners follow links too."""
        given = self._key(link, purpose, now)
        return given is not None and self.connection.execute(_PEEK, given).one_or_none() is not None

    def spend(self, link: str, purpose: str, now: datetime) -> bool:
        """Use a link; True for the one winner."""
        given = self._key(link, purpose, now)
        return given is not None and self.connection.execute(_SPEND, given).one_or_none() is not None

    def _key(self, link: str, purpose: str, now: datetime) -> dict[str, object] | None:
        if parse_handle(link, HandleKind.LINK) is None:
            return None
        return {"of_purpose": purpose, "of_digest": self.vault.digest(link), "now": now}
