"""Following the registers' feed: read on from the cursor, apply in order, move the cursor after that.

Nothing is lost: a page is read again until each of its events was applied, or waits for a steward. Two processes may
follow it side by side; whoever comes second finds everything applied. While the other side is down the pause grows to a
minute, and comes with some chance, so that not all processes call at once.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from federation.register_reader import RegisterReader
from federation.registers import EventPage, RegisterEvent, RegistersFailed, UnknownCursor
from idp import metrics
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done
from idp.life_events.model import Contradiction, LifeEvent, Outcome, Subject
from idp.life_events.service import apply_event, leave_unresolved
from idp.log import fields
from idp.transaction import Tx

FEED = "registers"
"""Name of the feed's cursor."""
PAGE = 100
ACTOR = "register:national"
_LONGEST_PAUSE = timedelta(minutes=1)
_SOFTLY = 0.25
"""How far a pause may be off, either way."""
_log = logging.getLogger("hpid.registers")
Attempt = Callable[[Callable[[], Awaitable[Outcome]]], Awaitable[Outcome | None]]
"""Runs some work, and logs what it raises: None then. What is about the database as a whole goes through."""


@dataclass(slots=True, kw_only=True)
class Follower:
    """One process that follows the feed."""

    database: Database[Tx]
    reader: RegisterReader
    clock: Clock
    every: timedelta
    attempt: Attempt
    failures: int = 0
    due_at: datetime | None = field(default=None, init=False)

    async def run(self) -> int:
        """Read one page, if it is time; return how many events it had, PAGE if the next is to be read at once."""
        now = self.clock.now()
        if self.due_at is None:
            metrics.REGISTERS_READ.set(now.timestamp())  # from here on it counts how long nothing was read
        elif (
            now < self.due_at <= now + 2 * max(_LONGEST_PAUSE, self.every)
        ):  # no pause is longer: else a clock was set back
            return 0
        found = await self.database.read(lambda tx: tx.life_cursors.get(FEED))
        try:
            page = await self._page(found or "", now)
        except RegistersFailed as error:
            self._failed(error, now)
            return 0
        for event in page.events:
            await self._take(event)
        if not page.events:
            return self._done(page, now)
        if page.next in {"", found}:  # this page again, or the first: and a full page is followed at once
            self._failed(RegistersFailed("the feed's cursor does not lead on"), now)
            return 0
        await self._move(found, page.next)
        return self._done(page, now)

    async def _page(self, after: str, now: datetime) -> EventPage:
        try:
            return await self.reader.events(after, PAGE, now=now)
        except UnknownCursor:
            if not after:
                raise
            _log.warning("the registers' feed begins anew: it is read from its beginning")
            return await self.reader.events("", PAGE, now=now)

    async def _take(self, event: RegisterEvent) -> None:
        """Apply one event; what fails twice waits for a steward, so that the events after it are not held up."""
        work = partial(self._apply, life_event(event))
        outcome = await self.attempt(work) or await self.attempt(work)
        if outcome is None:
            outcome = Outcome.UNRESOLVED
            await self.database.transact(partial(self._leave, life_event(event)))
        kind = event.type if outcome is not Outcome.UNRESOLVED else "any"
        metrics.LIFE_EVENTS.add(kind, outcome.value)

    async def _apply(self, event: LifeEvent) -> Outcome:
        occasion = self._occasion()

        def apply(tx: Tx) -> Done[Outcome]:
            return Done(apply_event(tx, event, actor=ACTOR, occasion=occasion))

        return (await self.database.transact(apply)).unwrap()

    def _leave(self, event: LifeEvent, tx: Tx) -> Done[None]:
        leave_unresolved(tx, event, Contradiction.NOT_APPLIED, actor=ACTOR, occasion=self._occasion())
        return Done(None)

    async def _move(self, found: str | None, to: str) -> None:
        now = self.clock.now()
        await self.database.transact(lambda tx: Done(tx.life_cursors.move(FEED, found, to, now)))

    def _done(self, page: EventPage, now: datetime) -> int:
        if self.failures:
            _log.info("the registers are read again", extra=fields(failures=self.failures))
        self.failures = 0
        if len(page.events) >= PAGE:
            self.due_at = now
            return PAGE
        metrics.REGISTERS_READ.set(now.timestamp())
        self.due_at = now + self._softly(self.every)
        return len(page.events)

    def _failed(self, error: RegistersFailed, now: datetime) -> None:
        self.failures += 1
        pause = min(_LONGEST_PAUSE, self.every * 2 ** min(self.failures, 10))
        self.due_at = now + self._softly(pause)
        _log.warning("registers can't be read", extra=fields(reason=str(error), failures=self.failures))

    def _softly(self, pause: timedelta) -> timedelta:
        chance = int.from_bytes(self.clock.random_bytes(2)) / 0xFFFF
        return pause * (1 - _SOFTLY + 2 * _SOFTLY * chance)

    def _occasion(self) -> Occasion:
        return Occasion(clock=self.clock, now=self.clock.now(), txn="")


def life_event(event: RegisterEvent) -> LifeEvent:
    """Return an event of the feed as ours."""
    return LifeEvent(
        event_id=event.event_id,
        type=event.type,
        entered_at=event.entered_at,
        subject=Subject(personal_id=event.personal_id, tax_code=event.tax_code),
        facts=event.facts,
    )
