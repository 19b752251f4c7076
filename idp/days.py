"""Days as Việt Nam counts them: UTC+7, and no summer time since 1975. Pure.

A term of days is kept as moments: from the midnight that begins its first day to the midnight that ends its last one.
"""

from datetime import date, datetime, time, timedelta, timezone

VIETNAM_TIME = timezone(timedelta(hours=7))
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


def day_of(moment: datetime) -> date:
    """Return the day it is in Việt Nam at this moment."""
    return moment.astimezone(VIETNAM_TIME).date()


def start_of(day: date) -> datetime:
    """Return the moment a day begins in Việt Nam."""
    return datetime.combine(day, time(), VIETNAM_TIME)


def end_of(day: date) -> datetime:
    """Return the moment a day is over in Việt Nam."""
    return start_of(day + _DAY)


def last_day(end: datetime) -> date:
    """Return the last whole or begun day of what is over at this moment."""
    return day_of(end - _INSTANT)
