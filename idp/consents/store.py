"""Consents and notices: append-only; a later decision on the same scope supersedes the earlier one.

Kept after that as the proof of who was told or agreed to what, when, in which words (Law 91/2025/QH15).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)

from idp.consents.model import ConsentRecord
from idp.database import UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.ids import ClientId, PersonId, bucket_of
from idp.protocol.scopes import LegalBasis
from keys.envelope import Vault

consents = Table(
    "consents",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
    Column("consent_id", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("withdrawn_at", UtcTime),
    Column("superseded_at", UtcTime),
    Column("decided_by", Text),  # empty: the person
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
)

_t = consents.c
_counts_now = and_(*of_person(consents), _t.superseded_at.is_(None))
_OF_PERSON = (
    select(consents).where(_counts_now).order_by(_t.client_id, _t.scope, _t.decided_at, _t.consent_id)
)
_OF_CLIENT = _OF_PERSON.where(_t.client_id == bindparam("of_client"))
_SUPERSEDE = (
    update(consents)
    .where(_counts_now, _t.client_id == bindparam("of_client"), _t.scope == bindparam("of_scope"))
    .values(superseded_at=bindparam("now"))
)
_HISTORY = (
    select(consents)
    .where(*of_person(consents))
    .order_by(_t.decided_at, _t.client_id, _t.scope, _t.consent_id)
)
_FIRST_OWN = select(func.min(_t.decided_at, type_=UtcTime)).where(
    *of_person(consents), _t.client_id == bindparam("of_client"), _t.decided_by.is_(None)
)
_ADD = insert(consents)
_WITHDRAW = (
    update(consents)
    .where(
        _counts_now,
        _t.client_id == bindparam("of_client"),
        _t.scope.in_(bindparam("of_scopes", expanding=True)),
        _t.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class ConsentStore:
    """The consents of one transaction."""

    connection: Connection
    vault: Vault

    def of_client(self, person_id: PersonId, client_id: ClientId) -> tuple[ConsentRecord, ...]:
        """Return the newest record of each scope, withdrawn ones too."""
        given = {**person_given(person_id), "of_client": client_id}
        return _newest(self.connection.execute(_OF_CLIENT, given))

    def of_person(self, person_id: PersonId) -> tuple[ConsentRecord, ...]:
        """Return the newest record of each client and scope, withdrawn ones too."""
        return _newest(self.connection.execute(_OF_PERSON, person_given(person_id)))

    def history_of(self, person_id: PersonId) -> tuple[ConsentRecord, ...]:
        """Return every record of a person, those that later ones took the place of too."""
        return tuple(_record(row) for row in self.connection.execute(_HISTORY, person_given(person_id)))

    def first_of(self, person_id: PersonId, client_id: ClientId) -> datetime | None:
        """Return when a person themselves first answered for one client, whatever became of that."""
        given = {**person_given(person_id), "of_client": client_id}
        first: datetime | None = self.connection.execute(_FIRST_OWN, given).scalar_one()
        return first

    def add(self, records: Iterable[ConsentRecord]) -> None:
        """Record decisions in place of the earlier ones on the same scopes."""
        for record in records:
            given = {
                **person_given(record.person_id),
                "of_client": record.client_id,
                "of_scope": record.scope,
                "now": record.decided_at,
            }
            self.connection.execute(_SUPERSEDE, given)
            self.connection.execute(_ADD, _row(record))

    def withdraw(self, person_id: PersonId, client_id: ClientId, scopes: Iterable[str], now: datetime) -> int:
        """Withdraw what counts now of these scopes for one client; return how many that were."""
        given = {
            **person_given(person_id),
            "of_client": client_id,
            "of_scopes": sorted(scopes),
            "now": now,
        }
        return self.connection.execute(_WITHDRAW, given).rowcount


def _row(record: ConsentRecord) -> dict[str, object]:
    return {
        "bucket": bucket_of(record.person_id),
        "person_id": record.person_id,
        "client_id": record.client_id,
        "consent_id": record.consent_id,
        "scope": record.scope,
        "basis": record.basis,
        "granted": record.granted,
        "text_version": record.text_version,
        "text_hash": record.text_hash,
        "decided_at": record.decided_at,
        "withdrawn_at": record.withdrawn_at,
        "decided_by": record.decided_by,
    }


def _newest(rows: Iterable[Row[Any]]) -> tuple[ConsentRecord, ...]:
    """Two decisions made at once may both stand unsuperseded: the later one counts."""
    by_scope = {(row.client_id, row.scope): row for row in rows}
    return tuple(_record(row) for row in by_scope.values())


def _record(row: Row[Any]) -> ConsentRecord:
    return ConsentRecord(
        consent_id=row.consent_id,
        person_id=PersonId(row.person_id),
        client_id=ClientId(row.client_id),
        scope=row.scope,
        basis=LegalBasis(row.basis),
        granted=row.granted,
        text_version=row.text_version,
        text_hash=row.text_hash,
        decided_at=row.decided_at,
        withdrawn_at=row.withdrawn_at,
        decided_by=None if row.decided_by is None else PersonId(row.decided_by),
    )
