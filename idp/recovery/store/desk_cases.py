"""The cases of one-stop desks. A code is spent by one statement, and so is a confirmation; wrong codes are counted.

Race rule: whoever confirms, tries or spends changes the one row under a condition that the winner ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    case,
    insert,
    select,
    update,
)

from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.ids import OfficialId, PersonId, bucket_of
from idp.recovery.model import MOST_TRIES, DeskCase, Method, Outcome
from keys.envelope import Vault

_DEVICE = "desk-case.device"
desk_cases = Table(
    "desk_cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("bucket", String(2), nullable=False),
    Column("person_id", Text, nullable=False),
    Column("official_id", Text, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("commune_code", Text, nullable=False),
    Column("device", Sealed(_DEVICE), nullable=False),
    Column("document_digest", Digest, nullable=False),
    Column("document_until", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("needs_second", Boolean, nullable=False),
    Column("confirmed_by", Text),
    Column("confirmed_at", UtcTime),
    Column("code_digest", Digest),
    Column("tries", Integer, nullable=False),
    Column("used_at", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_desk_cases_person", "bucket", "person_id"),
    Index("ix_desk_cases_opened_at", "opened_at"),
)

_t = desk_cases.c
_this = _t.case_id == bindparam("of_case")
_now = bindparam("now", type_=UtcTime)
_GET = select(desk_cases).where(_this)
_LATEST = (
    select(desk_cases)
    .where(_t.opened_at >= bindparam("since", type_=UtcTime))
    .order_by(_t.opened_at.desc(), _t.case_id)
    .limit(bindparam("most"))
)
_OF_PERSON = select(desk_cases).where(*of_person(desk_cases)).order_by(_t.opened_at.desc(), _t.case_id)
_CONFIRM = (
    update(desk_cases)
    .where(
        _this,
        _t.needs_second,
        _t.confirmed_at.is_(None),
        _t.outcome == Outcome.PROVED.value,
        _t.expires_at > _now,
        _t.official_id != bindparam("by"),
    )
    .values(
        confirmed_by=bindparam("by"),
        confirmed_at=_now,
        code_digest=bindparam("new_digest", type_=Digest),
        expires_at=bindparam("until", type_=UtcTime),
    )
    .returning(*desk_cases.columns)
)
_opens = (
    _this,
    _t.code_digest.is_not(None),
    _t.used_at.is_(None),
    _t.tries < MOST_TRIES,
    _t.expires_at > _now,
)
_is_right = _t.code_digest == bindparam("of_digest", type_=Digest)
_TRY = (
    update(desk_cases)
    .where(*_opens)
    .values(tries=case((_is_right, _t.tries), else_=_t.tries + 1))
    .returning(*desk_cases.columns, _is_right.label("is_right"))
)
_SPEND = update(desk_cases).where(*_opens, _is_right).values(used_at=_now).returning(*desk_cases.columns)
_END_OPEN = (
    update(desk_cases)
    .where(
        *of_person(desk_cases),
        _t.used_at.is_(None),
        _t.expires_at > _now,
    )
    .values(expires_at=_now)
)
_ERASE = delete_oldest((_t.case_id,), _t.opened_at)


@dataclass(frozen=True, slots=True)
class DeskCaseStore:
    """The desk cases of one transaction; codes are given as `read_code` returns them."""

    connection: Connection
    vault: Vault

    def add(self, new: DeskCase, *, code: str | None) -> None:
        """Store a case, with its code if it has one yet; earlier ones of the same person open nothing any more."""
        row = {
            "case_id": new.case_id,
            "bucket": bucket_of(new.person_id),
            "person_id": new.person_id,
            "official_id": new.official_id,
            "agency_code": new.agency_code,
            "commune_code": new.commune_code,
            "device": self.vault.seal_text(new.device, purpose=_DEVICE),
            "document_digest": new.document_digest,
            "document_until": new.document_until,
            "method": new.method.value,
            "outcome": new.outcome.value,
            "entered_by": new.entered_by,
            "opened_at": new.opened_at,
            "expires_at": new.expires_at,
            "needs_second": new.needs_second,
            "confirmed_by": None,
            "confirmed_at": None,
            "code_digest": None if code is None else self._digest(new.case_id, code),
            "tries": 0,
            "used_at": None,
        }
        self.end_open(new.person_id, new.opened_at)
        self.connection.execute(insert(desk_cases), row)

    def end_open(self, person_id: PersonId, now: datetime) -> None:
        """Let no case of a record be confirmed, and no code of one be used, from now on."""
        self.connection.execute(_END_OPEN, {**person_given(person_id), "now": now})

    def get(self, case_id: str) -> DeskCase | None:
        """Return a case."""
        row = self.connection.execute(_GET, {"of_case": case_id}).one_or_none()
        return None if row is None else self._one(row)

    def latest(self, *, since: datetime, most: int) -> tuple[DeskCase, ...]:
        """Return the cases opened since a moment, the latest first."""
        return self._all(self.connection.execute(_LATEST, {"since": since, "most": most}).all())

    def of_person(self, person_id: PersonId) -> tuple[DeskCase, ...]:
        """Return the cases of a record, the latest first."""
        return self._all(self.connection.execute(_OF_PERSON, person_given(person_id)).all())

    def confirm(
        self, case_id: str, code: str, *, by: OfficialId, until: datetime, now: datetime
    ) -> DeskCase | None:
        """Confirm a case that waits, and give it its code; the case for the one winner, never for who opened it."""
        given = {
            "of_case": case_id,
            "by": by,
            "until": until,
            "now": now,
            "new_digest": self._digest(case_id, code),
        }
        row = self.connection.execute(_CONFIRM, given).one_or_none()
        return None if row is None else self._one(row)

    def try_code(self, case_id: str, code: str, now: datetime) -> DeskCase | None:
        """Return the case whose code this is, and leave it usable; a wrong code is counted in the same statement."""
        row = self.connection.execute(_TRY, self._given(case_id, code, now)).one_or_none()
        return self._one(row) if row is not None and row.is_right else None

    def spend(self, case_id: str, code: str, now: datetime) -> DeskCase | None:
        """Use a code; the case for the one winner."""
        row = self.connection.execute(_SPEND, self._given(case_id, code, now)).one_or_none()
        return None if row is None else self._one(row)

    def document(self, number: str) -> bytes:
        """Return the digest under which a document's number is kept."""
        return self.vault.digest(f"desk document:{number}")

    def erase_old(self, before: datetime, limit: int) -> int:
        """Delete cases that were opened before."""
        return erase(self.connection, _ERASE, before, limit)

    def _given(self, case_id: str, code: str, now: datetime) -> dict[str, object]:
        return {"of_case": case_id, "of_digest": self._digest(case_id, code), "now": now}

    def _digest(self, case_id: str, code: str) -> bytes:
        return self.vault.digest(f"desk code:{case_id}:{code}")

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[DeskCase, ...]:
        return tuple(self._one(row) for row in rows)

    def _one(self, row: Row[Any]) -> DeskCase:
        return DeskCase(
            case_id=row.case_id,
            person_id=PersonId(row.person_id),
            official_id=OfficialId(row.official_id),
            agency_code=row.agency_code,
            commune_code=row.commune_code,
            device=self.vault.open_text(row.device, purpose=_DEVICE),
            document_digest=row.document_digest,
            document_until=row.document_until,
            method=Method(row.method),
            outcome=Outcome(row.outcome),
            entered_by=row.entered_by,
            opened_at=row.opened_at,
            expires_at=row.expires_at,
            needs_second=row.needs_second,
            confirmed_by=None if row.confirmed_by is None else OfficialId(row.confirmed_by),
            confirmed_at=row.confirmed_at,
            tries=row.tries,
            used_at=row.used_at,
        )
