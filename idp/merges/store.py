"""Merges: a row for each, from its proposal on; what is written in one is sealed (DESIGN 5.10).

That a record is merged stands in `people.canonical_id` too, which is what everybody reads; both are written by one
transaction. `subjects` reads here which of several merges was first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Row,
    Table,
    Text,
    bindparam,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.ids import PersonId
from idp.merges.model import Before, Cause, Merge, MergeState, Span
from keys.envelope import Vault

_REASON = "merge.reason"
_LETTER = "merge.letter"
_BEFORE = "merge.before"
_CLOSE_REASON = "merge.close_reason"
_MAY_GO = "state <> 'merged'"
_STANDS = "state = 'merged'"

merges = Table(
    "merges",
    metadata,
    Column("merge_id", Text, primary_key=True),
    Column("winner_id", Text, nullable=False),
    Column("loser_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cause", Text),
    Column("dead_with_living", Boolean, nullable=False),
    Column("conflict_id", Text),
    Column("reason", Sealed(_REASON), nullable=False),
    Column("letter", Sealed(_LETTER), nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("merged_by", Text),
    Column("merged_at", UtcTime),
    Column("winner_before", Sealed(_BEFORE)),
    Column("closed_by", Text),
    Column("closed_at", UtcTime),
    Column("close_reason", Sealed(_CLOSE_REASON)),
    Index("ix_merges_winner", "winner_id", "state"),
    Index("ix_merges_loser", "loser_id"),
    Index("ix_merges_state", "state", "proposed_at"),
    Index("ix_merges_expires_at", "expires_at", sqlite_where=text(_MAY_GO), postgresql_where=text(_MAY_GO)),
    Index(
        "ix_merges_stands",
        "loser_id",
        unique=True,
        sqlite_where=text(_STANDS),
        postgresql_where=text(_STANDS),
    ),
)

_t = merges.c
_ADD = insert(merges)
_this_merge = _t.merge_id == bindparam("of_merge")
_GET = select(merges).where(_this_merge)
_OF_RECORD = (
    select(merges)
    .where(or_(_t.winner_id == bindparam("of_person"), _t.loser_id == bindparam("of_person")))
    .order_by(_t.proposed_at, _t.merge_id)
)
_LIST = (
    select(merges)
    .where(_t.state == bindparam("in_state"))
    .order_by(_t.proposed_at, _t.merge_id)
    .limit(bindparam("most"))
)
_SPANS = (
    select(_t.merged_at, _t.closed_at)
    .where(
        or_(_t.winner_id == bindparam("of_person"), _t.loser_id == bindparam("of_person")),
        _t.state == MergeState.SPLIT.value,
    )
    .order_by(_t.merged_at)
)
_CONFIRM = (
    update(merges)
    .where(
        _this_merge,
        _t.state == MergeState.PROPOSED.value,
        _t.expires_at > bindparam("now"),
    )
    .values(
        state=MergeState.MERGED.value,
        merged_by=bindparam("by"),
        merged_at=bindparam("now"),
        winner_before=bindparam("was"),
    )
    .returning(_t.merge_id)
)
_CLOSE = (
    update(merges)
    .where(_this_merge, _t.state == bindparam("from_state"))
    .values(
        state=bindparam("to_state"),
        closed_by=bindparam("by"),
        closed_at=bindparam("now"),
        close_reason=bindparam("why"),
        expires_at=bindparam("now"),  # its time is over: one index serves the eraser
    )
    .returning(_t.merge_id)
)
_KEEP_BEFORE = update(merges).where(_this_merge).values(winner_before=bindparam("was"))
_ERASE = delete_oldest((_t.merge_id,), _t.expires_at, _t.state != MergeState.MERGED.value)


@dataclass(frozen=True, slots=True)
class MergeStore:
    """The merges of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, new: Merge) -> None:
        """Store a proposal."""
        row = {
            "merge_id": new.merge_id,
            "winner_id": new.winner_id,
            "loser_id": new.loser_id,
            "state": new.state.value,
            "cause": None if new.cause is None else new.cause.value,
            "dead_with_living": new.dead_with_living,
            "conflict_id": new.conflict_id,
            "reason": self.vault.seal_text(new.reason, purpose=_REASON),
            "letter": self.vault.seal_text(new.letter, purpose=_LETTER),
            "proposed_by": new.proposed_by,
            "proposed_at": new.proposed_at,
            "expires_at": new.expires_at,
        }
        self.connection.execute(_ADD, row)

    def get(self, merge_id: str) -> Merge | None:
        """Return a merge in whatever state."""
        row = self.connection.execute(_GET, {"of_merge": merge_id}).one_or_none()
        return None if row is None else self._merge(row)

    def of_record(self, person_id: PersonId) -> tuple[Merge, ...]:
        """Return the merges a record was ever named in, the oldest first."""
        return self._all(self.connection.execute(_OF_RECORD, {"of_person": person_id}).all())

    def spans_of(self, person_id: PersonId) -> tuple[Span, ...]:
        """Return while a record was one with another and is no more, the oldest first."""
        rows = self.connection.execute(_SPANS, {"of_person": person_id}).all()
        return tuple(Span(begun=row.merged_at, ended=row.closed_at) for row in rows)

    def list(self, state: MergeState, most: int) -> tuple[Merge, ...]:
        """Return merges in a state, the oldest first."""
        return self._all(self.connection.execute(_LIST, {"in_state": state.value, "most": most}).all())

    def confirm(self, merge_id: str, before: Before, *, by: str, now: datetime) -> bool:
        """Let a proposal be a merge, once; False if it is over."""
        given = {
            "of_merge": merge_id,
            "by": by,
            "now": now,
            "was": self.vault.seal_text(_before_text(before), purpose=_BEFORE),
        }
        return self.connection.execute(_CONFIRM, given).one_or_none() is not None

    def keep_before(self, merge_id: str, before: Before) -> None:
        """Put right what a merge keeps of the winner: an earlier one was taken back."""
        sealed = self.vault.seal_text(_before_text(before), purpose=_BEFORE)
        self.connection.execute(_KEEP_BEFORE, {"of_merge": merge_id, "was": sealed})

    def withdraw(self, merge_id: str, *, by: str, reason: str, now: datetime) -> bool:
        """Take a proposal back, once."""
        return self._close(merge_id, MergeState.PROPOSED, MergeState.WITHDRAWN, by=by, reason=reason, now=now)

    def split(self, merge_id: str, *, by: str, reason: str, now: datetime) -> bool:
        """Take a merge back, once."""
        return self._close(merge_id, MergeState.MERGED, MergeState.SPLIT, by=by, reason=reason, now=now)

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Delete what was proposed and not confirmed, withdrawn or split by this moment; what stands stays."""
        return erase(self.connection, _ERASE, before, limit)

    def _close(
        self, merge_id: str, state: MergeState, to: MergeState, *, by: str, reason: str, now: datetime
    ) -> bool:
        given = {
            "of_merge": merge_id,
            "from_state": state.value,
            "to_state": to.value,
            "by": by,
            "now": now,
            "why": self.vault.seal_text(reason, purpose=_CLOSE_REASON),
        }
        return self.connection.execute(_CLOSE, given).one_or_none() is not None

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[Merge, ...]:
        return tuple(self._merge(row) for row in rows)

    def _merge(self, row: Row[Any]) -> Merge:
        def opened(sealed: bytes | None, purpose: str) -> str:
            return "" if sealed is None else self.vault.open_text(sealed, purpose=purpose)

        return Merge(
            merge_id=row.merge_id,
            winner_id=PersonId(row.winner_id),
            loser_id=PersonId(row.loser_id),
            state=MergeState(row.state),
            cause=None if row.cause is None else Cause(row.cause),
            dead_with_living=row.dead_with_living,
            conflict_id=row.conflict_id,
            reason=opened(row.reason, _REASON),
            letter=opened(row.letter, _LETTER),
            proposed_by=row.proposed_by,
            proposed_at=row.proposed_at,
            expires_at=row.expires_at,
            merged_by=row.merged_by,
            merged_at=row.merged_at,
            before=None if row.winner_before is None else _before_of(opened(row.winner_before, _BEFORE)),
            closed_by=row.closed_by,
            closed_at=row.closed_at,
            close_reason=opened(row.close_reason, _CLOSE_REASON),
        )


def _before_text(before: Before) -> str:
    return json.dumps({"level": before.account_level, "profile": before.profile})


def _before_of(content: str) -> Before:
    kept = json.loads(content)
    return Before(profile=kept["profile"], account_level=kept["level"])
