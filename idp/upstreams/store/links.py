"""Accounts at upstream providers, by (issuer, subject) and never by anything else (SECURITY E04)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.database.standing import records_of_person
from idp.ids import PersonId, bucket_of
from idp.upstreams.already_linked import AlreadyLinked
from idp.upstreams.model import ExternalLink
from keys.envelope import Vault

external_links = Table(
    "external_links",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("linked_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    UniqueConstraint("issuer", "subject"),
)

_t = external_links.c
_this_account = and_(_t.issuer == bindparam("of_issuer"), _t.subject == bindparam("of_subject"))
_FIND = select(external_links).where(_this_account)
_OF_RECORD = (
    select(external_links).where(*of_person(external_links)).order_by(_t.linked_at, _t.issuer, _t.subject)
)
_records = records_of_person()
_OF_PERSON = (
    select(external_links)
    .join(_records, and_(_t.bucket == _records.c.bucket, _t.person_id == _records.c.person_id))
    .order_by(_t.linked_at, _t.issuer, _t.subject)
)
_MOVE = (
    update(external_links)
    .where(_this_account)
    .values(bucket=bindparam("new_bucket"), person_id=bindparam("new_person"))
)
_ADD = (
    insert(external_links)
    .on_conflict_do_nothing(index_elements=["issuer", "subject"])
    .returning(_t.person_id)
)
_TOUCH = (
    update(external_links)
    .where(_this_account, _t.last_used_at < bindparam("now"))
    .values(last_used_at=bindparam("now"))
)
_UNLINK = delete(external_links).where(*of_person(external_links)).returning(_t.issuer)


@dataclass(frozen=True, slots=True)
class UpstreamStore:
    """The upstream accounts of one transaction."""

    connection: Connection
    vault: Vault

    def find(self, issuer: str, subject: str) -> ExternalLink | None:
        """Return whose account this is."""
        given = {"of_issuer": issuer, "of_subject": subject}
        row = self.connection.execute(_FIND, given).one_or_none()
        return None if row is None else _link(row)

    def add(self, link: ExternalLink) -> None:
        """Link an account to a person, or raise AlreadyLinked: no account belongs to two, however fast."""
        row = {
            "bucket": bucket_of(link.person_id),
            "person_id": link.person_id,
            "issuer": link.issuer,
            "subject": link.subject,
            "linked_at": link.linked_at,
            "last_used_at": link.last_used_at,
        }
        if self.connection.execute(_ADD, row).one_or_none() is None:
            raise AlreadyLinked(link.issuer)

    def touch(self, issuer: str, subject: str, now: datetime) -> None:
        """Note that an account was used."""
        self.connection.execute(_TOUCH, {"of_issuer": issuer, "of_subject": subject, "now": now})

    def move(self, issuer: str, subject: str, to: PersonId) -> None:
        """Write another record into a link: for a split, when somebody said so."""
        given = {
            "of_issuer": issuer,
            "of_subject": subject,
            "new_bucket": bucket_of(to),
            "new_person": to,
        }
        self.connection.execute(_MOVE, given)

    def unlink(self, record_id: PersonId) -> int:
        """Forget the accounts linked to this very record, whose holder closed it; return how many there were."""
        given = person_given(record_id)
        return len(self.connection.execute(_UNLINK, given).all())

    def of_record(self, record_id: PersonId) -> tuple[ExternalLink, ...]:
        """Return the accounts linked to this very record, the oldest link first; merges don't count."""
        given = person_given(record_id)
        return tuple(_link(row) for row in self.connection.execute(_OF_RECORD, given))

    def of_person(self, person_id: PersonId) -> tuple[ExternalLink, ...]:
        """Return the accounts of a person, those of records merged into theirs too, the oldest link first."""
        given = person_given(person_id)
        return tuple(_link(row) for row in self.connection.execute(_OF_PERSON, given))


def _link(row: Row[Any]) -> ExternalLink:
    return ExternalLink(
        issuer=row.issuer,
        subject=row.subject,
        person_id=PersonId(row.person_id),
        linked_at=row.linked_at,
        last_used_at=row.last_used_at,
    )
