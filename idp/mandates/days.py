"""Days as Việt Nam counts them, and the day on which somebody is of age. Pure."""

import re
from calendar import isleap
from datetime import MAXYEAR, date, datetime, time, timedelta, timezone

VIETNAM_TIME = timezone(timedelta(hours=7))
"""No summer time since 1975."""
OF_AGE = 18
"""Civil Code 2015, Art. 20."""
_DAY = timedelta(days=1)


def start_of(day: date) -> datetime:
    """Return the moment a day begins in Việt Nam."""
    return datetime.combine(day, time(), VIETNAM_TIME)


def end_of(day: date) -> datetime:
    """Return the moment a day is over in Việt Nam."""
    return start_of(day + _DAY)


def last_day(valid_to: datetime) -> date:
    """Return the last whole or begun day of a term that is over at this moment."""
    return (valid_to - timedelta(microseconds=1)).astimezone(VIETNAM_TIME).date()


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


def _birth(birthdate: str) -> date | None:
    if re.fullmatch(r"[0-9]{4}", birthdate, re.ASCII):
        birthdate = f"{birthdate}-01-01"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", birthdate, re.ASCII):
        return None
    try:
        return date.fromisoformat(birthdate)
    except ValueError:
        return None
