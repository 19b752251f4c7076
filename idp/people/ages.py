"""Birthdays and ages, counted in Việt Nam: when one is reached, so that the birth date need not be told. Pure."""

import re
from calendar import isleap
from datetime import MAXYEAR, date, datetime

from idp.days import day_of, start_of
from idp.people.model import Person

CONSENT_AGE = 16
"""From then on people agree for themselves to what a service may get."""
OF_AGE = 18
"""Civil Code 2015, Art. 20."""


def birthday(birth: date, age: int) -> date:
    """Return the day somebody turns `age`; who was born on 29 February turns on 1 March."""
    year = birth.year + age
    if (birth.month, birth.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)


def age_on(birthdate: str, day: date) -> int | None:
    """Return how many whole years somebody has lived, born on `YYYY-MM-DD` or in `YYYY`; None if it is neither."""
    birth = _birth(birthdate)
    if birth is None:
        return None
    return day.year - birth.year - (birthday(birth, day.year - birth.year) > day)


def of_age_at(birthdate: str) -> datetime | None:
    """Return when somebody born on `YYYY-MM-DD`, or in `YYYY`, turns 18; None if no calendar has that day.

    Of a birth known by its year only, the earliest day: nobody acts for somebody who may be of age.
    """
    birth = _birth(birthdate)
    if birth is None or birth.year + OF_AGE > MAXYEAR:
        return None
    return start_of(birthday(birth, OF_AGE))


def has_reached(birthdate: str, years: int, *, today: date) -> bool:
    """Tell whether an age is reached for certain; `birthdate` is YYYY-MM-DD or YYYY.

    Of a year alone only once everybody born in it has had that birthday; 29 February comes on 1 March.
    """
    if len(birthdate) == len("YYYY"):
        return today.year - int(birthdate) > years
    born = date.fromisoformat(birthdate)
    return (today.year - born.year, today.month, today.day) >= (years, born.month, born.day)


def consents_through_representative(person: Person, now: datetime) -> bool:
    """Tell whether a parent or guardian must agree for somebody: who is under 16, or may be (Law 91/2025/QH15).

    Of nobody without a birth date: a record from the national system has one.
    """
    birthdate = person.profile.birthdate
    return bool(birthdate) and not has_reached(birthdate, CONSENT_AGE, today=day_of(now))


def _birth(birthdate: str) -> date | None:
    if re.fullmatch(r"[0-9]{4}", birthdate, re.ASCII):
        birthdate = f"{birthdate}-01-01"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", birthdate, re.ASCII):
        return None
    try:
        return date.fromisoformat(birthdate)
    except ValueError:
        return None
