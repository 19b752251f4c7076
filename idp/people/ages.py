"""Whether somebody has reached an age, so that the birth date need not be told. Pure."""

from datetime import date, datetime, timedelta, timezone

from idp.people.model import Person

CONSENT_AGE = 16
"""From then on people agree for themselves to what a service may get."""
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


def consents_through_representative(person: Person, now: datetime) -> bool:
    """Tell whether a parent or guardian must agree for somebody: who is under 16, or may be (Law 91/2025/QH15).

    Of nobody without a birth date: a record from the national system has one.
    """
    birthdate = person.profile.birthdate
    return bool(birthdate) and not has_reached(birthdate, CONSENT_AGE, today=vietnam_day(now))
