"""Cases: about the same thing one is open at a time. What they say of people is sealed (DESIGN 5.10)."""

import json
from collections.abc import Sequence
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
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.cases.model import Case, CaseKind, CaseState, OpenCases
from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from keys.envelope import Vault

_FACTS = "case.facts"
_OUTCOME = "case.outcome"
_OPEN_ONLY = "closed_at IS NULL"

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("bucket", String(2), nullable=False),
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Digest, nullable=False),
    Column("facts", Sealed(_FACTS), nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("closed_by", Text, nullable=False),
    Column("outcome", Sealed(_OUTCOME)),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index(
        "ix_cases_about",
        *("bucket", "person_id", "about"),
        unique=True,
        sqlite_where=text(_OPEN_ONLY),
        postgresql_where=text(_OPEN_ONLY),
    ),
    Index("ix_cases_person", "bucket", "person_id", "opened_at"),
    Index("ix_cases_state", "state", "opened_at"),
    Index("ix_cases_closed_at", "closed_at"),
)

_t = cases.c
_this_case = _t.case_id == bindparam("of_case")
_is_open = _t.state == CaseState.OPEN.value
_this_person = of_person(cases)
_insert = insert(cases)
_OPEN = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id", "about"],
    index_where=text(_OPEN_ONLY),
    set_={"about": _insert.excluded.about},  # nothing changes, and the row that is there is returned and held
).returning(_t.case_id)
_GET = select(cases).where(_this_case)
_SAME = select(_t.case_id).where(*_this_person, _t.about == bindparam("of_about"), _t.closed_at.is_(None))
_OF_PERSON = (
    select(cases).where(*_this_person).order_by(_t.opened_at.desc(), _t.case_id).limit(bindparam("most"))
)
_LIST = (
    select(cases)
    .where(_t.state == bindparam("in_state"))
    .order_by(_t.opened_at, _t.case_id)
    .limit(bindparam("most"))
)
_LIST_KIND = _LIST.where(_t.kind == bindparam("of_kind"))
_CLOSE = (
    update(cases)
    .where(_this_case, _is_open)
    .values(
        state=CaseState.CLOSED.value,
        closed_at=bindparam("now"),
        closed_by=bindparam("by"),
        outcome=bindparam("as_outcome"),
    )
    .returning(*cases.columns)
)
_counted = (
    select(_t.opened_at).where(_is_open).order_by(_t.opened_at).limit(bindparam("most")).subquery("some")
)
_MEASURE = select(func.count().label("waiting"), func.min(_counted.c.opened_at).label("oldest"))
_ERASE = delete_oldest((_t.case_id,), _t.closed_at)


@dataclass(frozen=True, slots=True)
class CaseStore:
    """The cases of one transaction."""

    connection: Connection
    vault: Vault

    def open(self, new: Case) -> tuple[str, bool]:
        """Store a case; return its number, or that of the one that is open about the same, and whether it is new."""
        row = {
            "case_id": new.case_id,
            "bucket": bucket_of(new.person_id),
            "person_id": new.person_id,
            "kind": new.kind.value,
            "about": self._about(new.kind, new.about),
            "facts": self.vault.seal_text(json.dumps(dict(new.facts), ensure_ascii=False), purpose=_FACTS),
            "state": CaseState.OPEN.value,
            "opened_at": new.opened_at,
            "closed_at": None,
            "closed_by": "",
            "outcome": None,
        }
        stored: str = self.connection.execute(_OPEN, row).scalar_one()
        return stored, stored == new.case_id

    def get(self, case_id: str) -> Case | None:
        """Return a case, a closed one too."""
        row = self.connection.execute(_GET, {"of_case": case_id}).one_or_none()
        return None if row is None else self._case(row)

    def find_open(self, person_id: PersonId, kind: CaseKind, about: str = "") -> str | None:
        """Return the number of the case of a kind that is open about something."""
        given = {**person_given(person_id), "of_about": self._about(kind, about)}
        found: str | None = self.connection.execute(_SAME, given).scalar_one_or_none()
        return found

    def of_person(self, person_id: PersonId, most: int) -> tuple[Case, ...]:
        """Return a record's cases, closed ones too, the latest first."""
        return self._all(self.connection.execute(_OF_PERSON, {**person_given(person_id), "most": most}).all())

    def list(self, state: CaseState, most: int, kind: CaseKind | None = None) -> tuple[Case, ...]:
        """Return cases in a state, those that wait longest first."""
        given: dict[str, object] = {"in_state": state.value, "most": most}
        if kind is None:
            return self._all(self.connection.execute(_LIST, given).all())
        return self._all(self.connection.execute(_LIST_KIND, {**given, "of_kind": kind.value}).all())

    def close(self, case_id: str, outcome: str, *, by: str, now: datetime) -> Case | None:
        """Close an open case, once; return it if this call did it."""
        sealed = self.vault.seal_text(outcome, purpose=_OUTCOME)
        given = {"of_case": case_id, "now": now, "by": by, "as_outcome": sealed}
        row = self.connection.execute(_CLOSE, given).one_or_none()
        return None if row is None else self._case(row)

    def measure(self, most: int) -> OpenCases:
        """Return how many are open, at most so many, and when the oldest was opened."""
        row = self.connection.execute(_MEASURE, {"most": most}).one()
        return OpenCases(count=row.waiting, oldest=row.oldest)

    def erase_closed(self, before: datetime, limit: int) -> int:
        """Delete cases closed by this moment."""
        return erase(self.connection, _ERASE, before, limit)

    def _about(self, kind: CaseKind, about: str) -> bytes:
        return self.vault.digest(json.dumps(["case", kind.value, about]))

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[Case, ...]:
        return tuple(self._case(row) for row in rows)

    def _case(self, row: Row[Any]) -> Case:
        return Case(
            case_id=row.case_id,
            kind=CaseKind(row.kind),
            person_id=PersonId(row.person_id),
            opened_at=row.opened_at,
            facts=json.loads(self.vault.open_text(row.facts, purpose=_FACTS)),
            state=CaseState(row.state),
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            outcome="" if row.outcome is None else self.vault.open_text(row.outcome, purpose=_OUTCOME),
        )
