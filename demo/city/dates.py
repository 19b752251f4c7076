"""The day on which the demo city is drawn, ages and birthdays.

The day is fixed: a city that aged by itself would not be the same city twice.
"""

from calendar import isleap
from datetime import date, timedelta
from random import Random

AS_OF = date(2026, 11, 1)
NEW_COMMUNES = date(2025, 7, 1)
"""Two-level local government, and the day from which births register under the new city (DOMAIN §1.7)."""


def birthday(birth: date, age: int) -> date:
    """The day somebody turns `age`; those born on 29 February turn on 1 March."""
    year = birth.year + age
    if birth.day == 29 and birth.month == 2 and not isleap(year):
        return date(year, 3, 1)
    return date(year, birth.month, birth.day)


def age_of(birth: date, on: date = AS_OF) -> int:
    return on.year - birth.year - (birthday(birth, on.year - birth.year) > on)


def day_between(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange(max(0, (last - first).days) + 1))


def birth_at_age(rng: Random, age: int) -> date:
    """A birth date for somebody `age` years old on AS_OF; before 1965, 1 January is four times as likely."""
    if AS_OF.year - age < 1965 and rng.random() < 4 / 368:
        return date(AS_OF.year - age, 1, 1)
    return day_between(
        rng,
        AS_OF.replace(year=AS_OF.year - age - 1) + timedelta(days=1),
        AS_OF.replace(year=AS_OF.year - age),
    )
