"""Whether somebody has reached an age, so that the birth date need not be told. Pure."""

from datetime import date, datetime, timedelta, timezone

_VIETNAM = timezone(timedelta(hours=7))


def vietnam_day(now: datetime) -> date:
    """Return which day it is in Việt Nam, where birthdays are counted."""
    return now.astimezone(_VIETNAM).date()


def has_reached(birthdate: str, years: int, *, today: date) -> bool:
    """Tell whether an age is reached for certain; `birthdate` is YYYY-MM-DD or YYYY.

    Of a year alone only once everybody born in it has had that birthday; 29 February comes on 1 March.
    """
    if len(birthdate) == len("YYYY"):
        return today.year - int(birthdate) > years
    born = date.fromisoformat(birthdate)
    return (today.year - born.year, today.month, today.day) >= (years, born.month, born.day)
