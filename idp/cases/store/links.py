"""Links of notices by which their reader says "that was not me": by keyed digest, deleted when used (SECURITY E08)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)

from idp.cases.model import Disputed
from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.ids import HandleKind, PersonId, bucket_of, parse_handle
from keys.envelope import Vault

_FACTS = "dispute-link.facts"

dispute_links = Table(
    "dispute_links",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("digest", Digest, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("facts", Sealed(_FACTS), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_dispute_links_person", "bucket", "person_id"),
    Index("ix_dispute_links_expires_at", "expires_at"),
)

_t = dispute_links.c
_this_link = (
    _t.bucket == bindparam("of_bucket"),
    _t.digest == bindparam("of_digest"),
    _t.expires_at > bindparam("now", type_=UtcTime),
)
_ADD = insert(dispute_links)
_PEEK = select(dispute_links).where(*_this_link)
_SPEND = delete(dispute_links).where(*_this_link).returning(*dispute_links.columns)
_END_ALL = delete(dispute_links).where(*of_person(dispute_links)).returning(_t.digest)
_ERASE = delete_oldest((_t.bucket, _t.digest), _t.expires_at)


@dataclass(frozen=True, slots=True)
class DisputeLinkStore:
    """The links of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, link: str, person_id: PersonId, facts: Mapping[str, str], *, expires_at: datetime) -> None:
        """Store a link beside the others of this person: each address got its own."""
        if parse_handle(link, HandleKind.DISPUTE) is None:
            raise ValueError("a link is a handle")
        row = {
            "bucket": bucket_of(person_id),
            "digest": self.vault.digest(link),
            "person_id": person_id,
            "facts": self.vault.seal_text(json.dumps(dict(facts), ensure_ascii=False), purpose=_FACTS),
            "expires_at": expires_at,
        }
        self.connection.execute(_ADD, row)

    def peek(self, link: str, now: datetime) -> Disputed | None:
        """Return what a link is bound to, and leave it so: mail scanners follow links too."""
        given = self._key(link, now)
        return None if given is None else self._one(self.connection.execute(_PEEK, given).one_or_none())

    def spend(self, link: str, now: datetime) -> Disputed | None:
        """Use a link; what it is bound to for the one winner."""
        given = self._key(link, now)
        return None if given is None else self._one(self.connection.execute(_SPEND, given).one_or_none())

    def end_all(self, person_id: PersonId) -> int:
        """End every link of a person; return how many there were."""
        return len(self.connection.execute(_END_ALL, person_given(person_id)).all())

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Delete links that were over by this moment."""
        return erase(self.connection, _ERASE, before, limit)

    def _key(self, link: str, now: datetime) -> dict[str, object] | None:
        handle = parse_handle(link, HandleKind.DISPUTE)
        if handle is None:
            return None
        return {"of_bucket": handle.bucket, "of_digest": self.vault.digest(link), "now": now}

    def _one(self, row: Row[Any] | None) -> Disputed | None:
        if row is None:
            return None
        facts = json.loads(self.vault.open_text(row.facts, purpose=_FACTS))
        return Disputed(person_id=PersonId(row.person_id), facts=facts)
