"""Days of Việt Nam (UTC+7, no daylight saving) as moments, and moments as days. Pure.

A post is held from the midnight that begins its first day to the midnight that ends its last one.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone

_VIETNAM = timezone(timedelta(hours=7))
_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def day_of(moment: datetime) -> date:
    """Return the day it is in Việt Nam at this moment."""
    return moment.astimezone(_VIETNAM).date()


def begins_at(day: date) -> datetime:
    """Return the moment at which a day begins in Việt Nam."""
    return datetime.combine(day, time(), _VIETNAM).astimezone(UTC)


def ends_at(last_day: date) -> datetime:
    """Return the moment at which a day is over in Việt Nam."""
    return begins_at(last_day + _DAY)


def last_day_of(end: datetime) -> date:
    """Return the last day of what is over at this moment."""
    return day_of(end - _INSTANT)
