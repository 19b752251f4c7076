"""By when a request is answered and done (Decree 356/2025/NĐ-CP; DOMAIN §1.8): properties over every day and holiday."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.data_rights.deadlines import LONGEST_EXTENSION, TO_ANSWER, clocks, days_for, extended
from idp.data_rights.model import Right
from idp.days import VIETNAM_TIME, day_of, last_day
from idp.life_events.working_days import is_working_day

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
HOLIDAYS = st.frozensets(st.dates(date(2026, 1, 1), date(2032, 3, 1)), max_size=30)
_DAY = timedelta(days=1)


@given(right=st.sampled_from(Right), at=MOMENTS, holidays=HOLIDAYS, elsewhere=st.booleans())
def test_an_answer_is_due_at_the_end_of_the_second_working_day(
    right: Right, at: datetime, holidays: frozenset[date], elsewhere: bool
) -> None:
    due = clocks(right, at, holidays, elsewhere=elsewhere)
    received, last = day_of(at), last_day(due.answer_at)
    assert is_working_day(last, holidays)
    after = [received + number * _DAY for number in range(1, (last - received).days + 1)]
    assert sum(is_working_day(day, holidays) for day in after) == TO_ANSWER
    assert day_of(due.answer_at) == last + _DAY
    assert due.answer_at.astimezone(VIETNAM_TIME).time() == datetime.min.time()


@given(right=st.sampled_from(Right), at=MOMENTS, holidays=HOLIDAYS, elsewhere=st.booleans())
def test_it_is_done_in_days_of_the_calendar_and_never_before_it_is_answered(
    right: Right, at: datetime, holidays: frozenset[date], elsewhere: bool
) -> None:
    due = clocks(right, at, holidays, elsewhere=elsewhere)
    by_law = day_of(at) + days_for(right, elsewhere=elsewhere) * _DAY
    assert last_day(due.complete_at) == max(by_law, last_day(due.answer_at))
    assert at < due.answer_at <= due.complete_at


@given(right=st.sampled_from(Right), at=MOMENTS, holidays=HOLIDAYS, more=st.dates())
def test_one_holiday_more_makes_no_clock_run_out_earlier(
    right: Right, at: datetime, holidays: frozenset[date], more: date
) -> None:
    before, after = clocks(right, at, holidays), clocks(right, at, holidays | {more})
    assert before.answer_at <= after.answer_at
    assert before.complete_at <= after.complete_at


@given(right=st.sampled_from(Right), first=MOMENTS, second=MOMENTS, holidays=HOLIDAYS)
def test_what_comes_later_is_due_no_earlier(
    right: Right, first: datetime, second: datetime, holidays: frozenset[date]
) -> None:
    early, late = sorted((first, second))
    one, other = clocks(right, early, holidays), clocks(right, late, holidays)
    assert one.answer_at <= other.answer_at
    assert one.complete_at <= other.complete_at


@pytest.mark.parametrize(
    ("right", "elsewhere", "days"),
    [
        (Right.VIEW, False, 10),
        (Right.CORRECT, True, 10),
        (Right.RESTRICT, False, 15),
        (Right.OBJECT, True, 20),
        (Right.DELETE, False, 15),
        (Right.DELETE, True, 20),
    ],
)
def test_the_days_are_those_of_the_decree(right: Right, elsewhere: bool, days: int) -> None:
    assert days_for(right, elsewhere=elsewhere) == days


def test_over_new_year_the_two_working_days_wait_for_the_offices() -> None:
    tet = {date(2027, 2, day) for day in range(4, 13)}
    at = datetime(2027, 2, 3, 10, 0, tzinfo=UTC)  # a Wednesday
    assert last_day(clocks(Right.VIEW, at, tet).answer_at) == date(2027, 2, 16)
    assert last_day(clocks(Right.VIEW, at, tet).complete_at) == date(2027, 2, 16)


@given(at=MOMENTS, days=st.integers(-5, 40))
def test_an_extension_is_of_one_to_fifteen_days(at: datetime, days: int) -> None:
    due = clocks(Right.VIEW, at).complete_at
    if 1 <= days <= LONGEST_EXTENSION:
        assert extended(due, days) == due + days * _DAY
    else:
        with pytest.raises(ValueError, match="1 to 15"):
            extended(due, days)
