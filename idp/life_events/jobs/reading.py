"""Reading the population register of one person: while they sign in, within a bound, else afterwards, again and again.

A register that does not answer stops nobody. What it says counts before the session begins: who is dead, or may not be
here any more, gets none (adr/0044).
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from federation.health import Circuit
from federation.register_reader import RegisterReader
from federation.registers import RegistersFailed
from idp import metrics
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done
from idp.ids import PersonId
from idp.life_events.facts import Facts
from idp.life_events.jobs.feed import ACTOR
from idp.life_events.model import DueReading, Outcome
from idp.life_events.service import take_reading
from idp.log import fields
from idp.people.model import Person
from idp.transaction import Tx

READINGS = 20
"""Made in one turn of the job."""
_JOB_PATIENCE = 8.0
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)
_MOST_DOUBLINGS = 10
_log = logging.getLogger("hpid.registers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What reads the register of single people, and knows when it does not answer."""

    database: Database[Tx]
    reader: RegisterReader
    clock: Clock
    circuit: Circuit
    old_after: timedelta
    """A reading is as good as new for this long."""

    async def at_sign_in(self, person: Person, occasion: Occasion, *, patience: float) -> None:
        """Read of somebody who has just proved themselves, if that is long ago or was never; else leave it to the job.

        `patience`: the seconds it may take.
        """
        number = _number(person)
        read_at = await self.database.glance(partial(_read_at, person_id=person.person_id))
        if not number or (read_at is not None and occasion.now < read_at + self.old_after):
            return
        if self.circuit.may_go(occasion.now) and await self._read(person.person_id, number, patience):
            return
        await self.database.transact(partial(_want, person_id=person.person_id, due_at=occasion.now))
        metrics.REGISTER_READINGS.add("put off")

    async def run(self) -> int:
        """Make those that are due; return how many there were."""
        now = self.clock.now()
        due = await self.database.read(lambda tx: tx.life_readings.due(now, READINGS))
        for one in due:
            if not self.circuit.may_go(self.clock.now()):
                return 0
            person = (await self.database.transact(partial(_take, due=one, now=self.clock.now()))).unwrap()
            if person is not None and not await self._read(one.person_id, _number(person), _JOB_PATIENCE):
                metrics.REGISTER_READINGS.add("put off")
        return len(due)

    async def _read(self, person_id: PersonId, number: str, patience: float) -> bool:
        """Read and apply; False where the register did not say."""
        now = self.clock.now()
        try:
            async with asyncio.timeout(patience):
                said = await self.reader.person(number, now=now)
        except (RegistersFailed, TimeoutError) as error:
            self.circuit.failed(self.clock.now(), of=person_id)
            reason = str(error) or "no answer in time"
            _log.warning("the register could not be read of somebody", extra=fields(reason=reason))
            return False
        self.circuit.succeeded(self.clock.now())
        occasion = Occasion(clock=self.clock, now=now, txn="")
        became = await self.database.transact(
            partial(_apply, person_id=person_id, said=said, occasion=occasion)
        )
        metrics.REGISTER_READINGS.add(became.unwrap().value)
        return True


def _number(person: Person) -> str:
    return person.profile.personal_id or person.profile.foreigner_id or ""


def _read_at(tx: Tx, *, person_id: PersonId) -> datetime | None:
    return tx.life_readings.read_at(person_id)


def _want(tx: Tx, *, person_id: PersonId, due_at: datetime) -> Done[None]:
    tx.life_readings.want(person_id, due_at)
    return Done(None)


def _take(tx: Tx, *, due: DueReading, now: datetime) -> Done[Person | None]:
    """Take one that is due; None where another process has, or there is nothing to ask by."""
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(due.failures, _MOST_DOUBLINGS))
    if not tx.life_readings.take(due, now + pause):
        return Done(None)
    person = tx.people.canonical(due.person_id)
    if person is None or not _number(person):
        tx.life_readings.done(due.person_id, now)
        return Done(None)
    return Done(person)


def _apply(tx: Tx, *, person_id: PersonId, said: Facts | None, occasion: Occasion) -> Done[Outcome]:
    return Done(take_reading(tx, person_id, said, actor=ACTOR, occasion=occasion))
