"""Working days as Việt Nam counts them, for the clock of a written request (DOMAIN §1.4). Pure.

Saturdays, Sundays and the holidays of fixed days are none; those that move, and days given for days, the city's settings
name (Labour Code 2019, Art. 112). A holiday that nobody named makes a clock run out earlier, never later.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from idp.days import day_of, end_of

TO_DECIDE = 2
"""Working days in which a request is decided."""
_FIXED = frozenset({(1, 1), (4, 30), (5, 1), (9, 2)})
_SATURDAY = 5
_DAY = timedelta(days=1)


def is_working_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Tell whether offices work on a day."""
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED and day not in holidays


def due_at(received_at: datetime, holidays: Collection[date] = (), *, days: int = TO_DECIDE) -> datetime:
    """Return the end of the last working day in which what came at a moment is decided; that day is not counted."""
    day = day_of(received_at)
    while days:
        day += _DAY
        days -= is_working_day(day, holidays)
    return end_of(day)
