"""Days of Việt Nam as moments, and moments as days."""

from datetime import UTC, date, datetime, timedelta

from idp.days import day_of, end_of, last_day, start_of


def test_a_day_in_viet_nam_begins_seven_hours_before_it_does_in_utc() -> None:
    day = date(2026, 3, 31)
    assert start_of(day) == datetime(2026, 3, 30, 17, tzinfo=UTC)
    assert end_of(day) == datetime(2026, 3, 31, 17, tzinfo=UTC)
    assert last_day(end_of(day)) == day
    assert last_day(end_of(day) - timedelta(seconds=1)) == day
    assert last_day(end_of(day) + timedelta(seconds=1)) == date(2026, 4, 1)


def test_the_day_is_that_of_viet_nam() -> None:
    assert day_of(datetime(2026, 3, 1, 16, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert day_of(datetime(2026, 3, 1, 17, 0, tzinfo=UTC)) == date(2026, 3, 2)
