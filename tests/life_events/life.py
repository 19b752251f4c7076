"""One sequence of steps in the life of the city: what it knows while it goes on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.life_events.model import LifeEvent, LockRequest
from idp.people.model import Person
from idp.settings import Lifetimes
from tests.invariants import Subjects
from tests.life_events.city import City
from tests.stores.samples import NOW

LIFE = Lifetimes()


@dataclass
class Life:
    """One sequence of steps in one transaction."""

    tx: Any
    city: City
    now: datetime = NOW
    subjects: Subjects = field(default_factory=Subjects)
    applied: list[LifeEvent] = field(default_factory=list)
    requests: list[LockRequest] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    sessions: list[tuple[PersonId, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    @property
    def occasion(self) -> Occasion:
        return Occasion(clock=Clock(lambda: self.now), now=self.now, txn="life")

    def one(self, place: int) -> Person:
        """Return a person, as they are now."""
        people = self.city.people
        return cast("Person", self.tx.people.get(people[place % len(people)].person_id))

    def one_number(self, person: Person) -> str:
        """Return the number somebody has now."""
        profile = cast("Person", self.tx.people.get(person.person_id)).profile
        return profile.personal_id or profile.foreigner_id

    def note(self, name: str, came: str) -> None:
        """Count what came of a step."""
        self.counts[f"{name} {came}"] = self.counts.get(f"{name} {came}", 0) + 1

    def new_id(self) -> str:
        self._count += 1
        return f"{self._count}-{self.occasion.clock.token(4)}"


def came_of(outcome: Any) -> str:
    """Name an outcome in one word."""
    if isinstance(outcome, Refused):
        return "refused"
    return "done" if isinstance(outcome, Done) else str(outcome)
