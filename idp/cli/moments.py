"""Times and days as operators type them, each refused in one line that names the option."""

import re
from datetime import UTC, date, datetime

from idp.cli.context import CommandFailed

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = "a time with its zone, e.g. 2026-11-27T08:00+07:00"


def read_time(option: str, text: str) -> datetime:
    """Return a moment in UTC; its zone must be said."""
    moment = parse_time(text)
    if moment is None or moment.tzinfo is None:
        raise CommandFailed(f"{option} is {_TIME}")
    return moment.astimezone(UTC)


def parse_time(text: str) -> datetime | None:
    """Return a moment, in the zone that was said, if any; None if it is none."""
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):  # at either end of the calendar its zone leads out of it
        return None
    return moment


def read_day(option: str, text: str) -> date:
    """Return a day, YYYY-MM-DD."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST <= day <= LAST:
        raise CommandFailed(f"{option} is a day from {FIRST} to {LAST}, like 2027-12-31")
    return day
