"""By when a request is answered and done (Decree 356/2025/NĐ-CP; DOMAIN §1.8). Pure.

An answer within two working days. Done within ten days where data is shown or put right, fifteen where something is to
stop or be deleted, twenty where another agency must do it; once, fifteen days more at most. Days that are not called
working days are those of the calendar. The day of receipt is not counted, and a term that ends on a holiday ends on it:
for the person it is never later than the law says.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from idp.data_rights.model import Right
from idp.days import day_of, end_of
from idp.life_events.working_days import due_at

TO_ANSWER = 2
"""Working days."""
TO_SHOW = 10
"""Days for View and Correct."""
TO_STOP = 15
"""Days for Restrict, Object and Delete."""
TO_STOP_ELSEWHERE = 20
"""The same where another agency has to do it."""
LONGEST_EXTENSION = 15
"""Days, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The clocks of a request; each is the end of a day in Việt Nam."""

    answer_at: datetime
    complete_at: datetime


def days_for(right: Right, *, elsewhere: bool) -> int:
    """Return how many days a request may take. `elsewhere`: a service of another agency has to do it."""
    if right in {Right.VIEW, Right.CORRECT}:
        return TO_SHOW
    return TO_STOP_ELSEWHERE if elsewhere else TO_STOP


def clocks(
    right: Right, received_at: datetime, holidays: Collection[date] = (), *, elsewhere: bool = False
) -> Due:
    """Return the clocks of a request; over long holidays it is not done before it is answered."""
    answer_at = due_at(received_at, holidays, days=TO_ANSWER)
    complete_at = _end_in(received_at, days_for(right, elsewhere=elsewhere))
    return Due(answer_at=answer_at, complete_at=max(answer_at, complete_at))


def extended(complete_due_at: datetime, days: int) -> datetime:
    """Return the later end. ValueError: not one to fifteen days."""
    if not 1 <= days <= LONGEST_EXTENSION:
        raise ValueError("an extension is of 1 to 15 days")
    return complete_due_at + timedelta(days=days)


def _end_in(received_at: datetime, days: int) -> datetime:
    return end_of(day_of(received_at) + timedelta(days=days))
