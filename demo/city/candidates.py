"""People who may be directors, owners, delegates or officials, noted while the people are drawn.

Only what later steps need is kept, so that a large city can be drawn without holding all its people in
memory.
"""

from collections import deque
from dataclasses import dataclass
from random import Random

from demo.city.dates import AS_OF
from demo.city.model import Person
from demo.city.names import Name
from demo.city.sizes import Sizes

_FIT_SHARE = 0.38  # of residents are citizens of working age with an active level 02 account


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    key: str
    personal_id: str
    name: Name


class Pool:
    def __init__(self, seed: int, sizes: Sizes) -> None:
        self._rng = Random(f"candidates/{seed}")
        needed = (
            2 * sizes.enterprises + sizes.household_businesses + sizes.officials + sizes.other_organisations
        )
        self._keep = 1.5 * needed / (_FIT_SHARE * sizes.residents)
        self._fit: deque[Candidate] = deque()
        self.unfit: list[Candidate] = []
        self.foreign: list[Candidate] = []

    def offer(self, person: Person) -> None:
        """Note `person` if fit for an office; the dead, the locked and foreigners are noted apart."""
        if not 20 <= AS_OF.year - person.birth_year <= 70:
            return
        if person.account_status in {"deceased", "locked"}:
            self.unfit.append(_candidate(person))
        elif person.account_status == "active" and person.nationality != "VNM":
            self.foreign.append(_candidate(person))
        elif (
            (person.account_status, person.account_level) == ("active", 2)
            and person.died_on is None
            and self._rng.random() < self._keep
        ):
            self._fit.append(_candidate(person))

    def take(self) -> Candidate:
        """Somebody fit; in a very small city the same person may serve again."""
        chosen = self._fit.popleft()
        self._fit.append(chosen)
        return chosen

    def shuffle(self) -> None:
        people = list(self._fit)
        self._rng.shuffle(people)
        self._fit = deque(people)


def _candidate(person: Person) -> Candidate:
    name = Name(family=person.family_name, middle=person.middle_name, given=person.given_name)
    return Candidate(key=person.key, personal_id=person.personal_id, name=name)
