"""Conflicts: the same one once, however often it comes. What it says of people is sealed (DESIGN 5.10)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    Text,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.conflicts.model import Conflict, ConflictKind, ConflictState, OpenConflicts
from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.ids import PersonId
from keys.envelope import Vault

_FACTS = "conflict.facts"
_REASON = "conflict.reason"
_NOT_RESOLVED = "state <> 'resolved'"

conflicts = Table(
    "conflicts",
    metadata,
    Column("conflict_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Digest, nullable=False),
    Column("people", Text, nullable=False),
    Column("facts", Sealed(_FACTS), nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("times", Integer, nullable=False),
    Column("assignee", Text),
    Column("closed_at", UtcTime),
    Column("closed_by", Text),
    Column("close_reason", Sealed(_REASON)),
    Index(
        "ix_conflicts_key",
        "key",
        unique=True,
        sqlite_where=text(_NOT_RESOLVED),
        postgresql_where=text(_NOT_RESOLVED),
    ),
    Index("ix_conflicts_state", "state", "opened_at"),
    Index("ix_conflicts_closed_at", "closed_at"),
)

_t = conflicts.c
_insert = insert(conflicts)
_OPEN = _insert.on_conflict_do_update(
    index_elements=["key"],
    index_where=text(_NOT_RESOLVED),
    set_={"times": _t.times + 1, "last_at": _insert.excluded.last_at},
).returning(_t.conflict_id, _t.times)
_this_conflict = _t.conflict_id == bindparam("of_conflict")
_is_open = _t.state == ConflictState.OPEN.value
_GET = select(conflicts).where(_this_conflict)
_LIST = (
    select(conflicts)
    .where(_t.state == bindparam("in_state"))
    .order_by(_t.opened_at, _t.conflict_id)
    .limit(bindparam("most"))
)
_LIST_KIND = _LIST.where(_t.kind == bindparam("of_kind"))
_ASSIGN = (
    update(conflicts)
    .where(_this_conflict, _is_open)
    .values(assignee=bindparam("to"))
    .returning(_t.conflict_id)
)
_CLOSE = (
    update(conflicts)
    .where(_this_conflict, _is_open)
    .values(
        state=bindparam("as_state"),
        closed_at=bindparam("now"),
        closed_by=bindparam("by"),
        close_reason=bindparam("why"),
    )
    .returning(_t.conflict_id)
)
_OPEN_OF_KEY = select(_t.conflict_id).where(_t.key == bindparam("of_key"), _is_open)
_counted = (
    select(_t.opened_at).where(_is_open).order_by(_t.opened_at).limit(bindparam("most")).subquery("some")
)
_MEASURE = select(func.count().label("waiting"), func.min(_counted.c.opened_at).label("oldest"))
_ERASE = delete_oldest((_t.conflict_id,), _t.closed_at)


@dataclass(frozen=True, slots=True)
class ConflictStore:
    """The conflicts of one transaction."""

    connection: Connection
    vault: Vault

    def open(self, new: Conflict) -> tuple[str, int]:
        """Store a conflict, or count it again; return its id and how often it happened by now."""
        row = {
            "conflict_id": new.conflict_id,
            "kind": new.kind.value,
            "key": self._key(new.kind, new.people, new.facts),
            "people": json.dumps(new.people),
            "facts": self.vault.seal_text(_text(new.facts), purpose=_FACTS),
            "state": new.state.value,
            "opened_at": new.opened_at,
            "last_at": new.last_at,
            "times": new.count,
        }
        stored = self.connection.execute(_OPEN, row).one()
        return stored.conflict_id, stored.times

    def get(self, conflict_id: str) -> Conflict | None:
        """Return a conflict, a closed one too."""
        row = self.connection.execute(_GET, {"of_conflict": conflict_id}).one_or_none()
        return None if row is None else self._conflict(row)

    def find_open(
        self, kind: ConflictKind, people: Sequence[PersonId], facts: Mapping[str, str]
    ) -> str | None:
        """Return the id of this conflict, if it is open."""
        given = {"of_key": self._key(kind, tuple(people), facts)}
        found: str | None = self.connection.execute(_OPEN_OF_KEY, given).scalar_one_or_none()
        return found

    def list(self, state: ConflictState, most: int, kind: ConflictKind | None = None) -> tuple[Conflict, ...]:
        """Return conflicts in a state, those that wait longest first."""
        given: dict[str, object] = {"in_state": state.value, "most": most}
        if kind is None:
            rows = self.connection.execute(_LIST, given)
        else:
            rows = self.connection.execute(_LIST_KIND, {**given, "of_kind": kind.value})
        return tuple(self._conflict(row) for row in rows)

    def assign(self, conflict_id: str, to: str) -> bool:
        """Note who looks at an open conflict; False if it is closed."""
        given = {"of_conflict": conflict_id, "to": to}
        return self.connection.execute(_ASSIGN, given).one_or_none() is not None

    def close(self, conflict_id: str, state: ConflictState, *, by: str, reason: str, now: datetime) -> bool:
        """Close an open conflict, once; True if this call did it."""
        given = {
            "of_conflict": conflict_id,
            "as_state": state.value,
            "now": now,
            "by": by,
            "why": self.vault.seal_text(reason, purpose=_REASON),
        }
        return self.connection.execute(_CLOSE, given).one_or_none() is not None

    def measure(self, most: int) -> OpenConflicts:
        """Return how many are open, at most so many, and when the oldest was opened."""
        row = self.connection.execute(_MEASURE, {"most": most}).one()
        return OpenConflicts(count=row.waiting, oldest=row.oldest)

    def erase_closed(self, before: datetime, limit: int) -> int:
        """Delete conflicts closed by this moment."""
        return erase(self.connection, _ERASE, before, limit)

    def _key(self, kind: ConflictKind, people: tuple[PersonId, ...], facts: Mapping[str, str]) -> bytes:
        return self.vault.digest(json.dumps([kind.value, sorted(people), _text(facts)]))

    def _conflict(self, row: Row[Any]) -> Conflict:
        reason = row.close_reason
        return Conflict(
            conflict_id=row.conflict_id,
            kind=ConflictKind(row.kind),
            people=tuple(PersonId(one) for one in json.loads(row.people)),
            facts=json.loads(self.vault.open_text(row.facts, purpose=_FACTS)),
            state=ConflictState(row.state),
            opened_at=row.opened_at,
            last_at=row.last_at,
            count=row.times,
            assignee=row.assignee,
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            close_reason="" if reason is None else self.vault.open_text(reason, purpose=_REASON),
        )


def _text(facts: Mapping[str, str]) -> str:
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
