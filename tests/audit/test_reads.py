"""Readings by a token: one a day stands in the record, whatever becomes of the first try (DESIGN 5.9, class 3)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from idp.audit.events import AuditEvent, EventType
from idp.audit.reads import ReadsRecorded
from idp.ids import EventId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Record:
    """What was recorded, of which the first so many come to nothing."""

    def __init__(self, failures: int = 0) -> None:
        self._failures = failures
        self.tries = self.kept = 0

    async def take(self, reads: ReadsRecorded, event: AuditEvent) -> None:
        """Record a reading as an endpoint does, which takes a moment."""
        if await reads.is_first("grant", event):
            with reads.recording("grant", event):
                self.tries += 1
                fails = self.tries <= self._failures
                await asyncio.sleep(0)
                if fails:
                    raise OSError("away")
                self.kept += 1


def _reading(at: datetime = NOON) -> AuditEvent:
    return AuditEvent(
        event_id=EventId("e"),
        type=EventType.USERINFO_READ,
        at=at,
        actor="client:a",
        subject_ref="person:b",
        payload={},
    )


async def test_who_comes_while_the_first_is_recorded_waits_for_it() -> None:
    reads, record = ReadsRecorded(), Record()
    await asyncio.gather(*(record.take(reads, _reading()) for _ in range(5)))
    assert (record.tries, record.kept) == (1, 1)


async def test_where_the_first_comes_to_nothing_the_next_one_is_recorded() -> None:
    reads, record = ReadsRecorded(), Record(failures=2)
    told = await asyncio.gather(*(record.take(reads, _reading()) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in told if one is not None] == [OSError, OSError]
    assert record.kept == 1


async def test_who_went_away_keeps_nobody_waiting() -> None:
    reads, record = ReadsRecorded(), Record()
    first = asyncio.create_task(record.take(reads, _reading()))
    second = asyncio.create_task(record.take(reads, _reading()))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait_for(second, 5)
    assert (record.tries, record.kept) == (2, 1)
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_the_day_that_ends_while_one_is_recorded_has_its_own() -> None:
    reads, record = ReadsRecorded(), Record()
    tomorrow = _reading(NOON + timedelta(days=1))
    await asyncio.gather(record.take(reads, _reading()), record.take(reads, tomorrow))
    await record.take(reads, tomorrow)
    assert record.kept == 2
