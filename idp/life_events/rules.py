"""What follows from a fact: who may sign in, whether a card or a residence is good, who came of age. Pure."""

from collections.abc import Collection
from datetime import date, timedelta

from idp.life_events.model import STATUS_OF, CardStatus, Ground
from idp.people.ages import birthday
from idp.people.model import PersonStatus

AGES = (14, 16, 18)
"""Ages by which something changes for a person (DOMAIN §1.2, §3.3)."""
WARNED_BEFORE = timedelta(days=30)
"""How long before its last day a residence is warned of at every sign-in."""
_YEAR = len("YYYY")


def status_of(grounds: Collection[Ground]) -> PersonStatus:
    """Return what a person is, given every ground that holds."""
    return STATUS_OF[Ground.DEAD in grounds] if grounds else PersonStatus.ACTIVE


def implied_grounds(status: PersonStatus, kept: Collection[Ground]) -> frozenset[Ground]:
    """Return the grounds that hold: those kept, or what a record without any says of itself."""
    if kept or status is PersonStatus.ACTIVE:
        return frozenset(kept)
    return frozenset({Ground.DEAD if status is PersonStatus.DECEASED else Ground.CITY})


def is_card_good(status: CardStatus | None, expires_on: str, *, today: date) -> bool:
    """Tell whether a card carries the level high; of one that nothing is known of, it does."""
    if status not in {None, CardStatus.VALID}:
        return False
    return not expires_on or date.fromisoformat(expires_on) >= today


def is_residence_over(until: str, *, today: date) -> bool:
    """Tell whether the last day of a residence is past; without an end it never is."""
    return bool(until) and date.fromisoformat(until) < today


def comes_of_age_on(birthdate: str, age: int) -> date:
    """Return the day on which somebody has reached an age for certain: birthday, or where only the year is known the day
    after everybody born in it has had it.
    """
    if len(birthdate) == _YEAR:
        return date(int(birthdate) + age + 1, 1, 1)
    return birthday(date.fromisoformat(birthdate), age)


def birth_years(age: int, after: date, until: date) -> tuple[int, ...]:
    """Return in which years somebody was born who comes of age on a day after `after`, and not after `until`."""
    return tuple(range(after.year - age - 1, until.year - age + 1))


def is_to_be_warned(until: str, *, today: date) -> bool:
    """Tell whether somebody is told at sign-in that their residence ends soon."""
    return bool(until) and today <= date.fromisoformat(until) <= today + WARNED_BEFORE
