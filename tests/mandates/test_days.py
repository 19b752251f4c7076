"""Days in Việt Nam, and the day somebody is of age (Civil Code 2015, Art. 20)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from idp.mandates.days import end_of, last_day, of_age_at, start_of


def test_a_day_in_viet_nam_begins_seven_hours_before_it_does_in_utc() -> None:
    day = date(2026, 3, 31)
    assert start_of(day) == datetime(2026, 3, 30, 17, tzinfo=UTC)
    assert end_of(day) == datetime(2026, 3, 31, 17, tzinfo=UTC)
    assert last_day(end_of(day)) == day
    assert last_day(end_of(day) - timedelta(seconds=1)) == day
    assert last_day(end_of(day) + timedelta(seconds=1)) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("birthdate", "first_day_of_age"),
    [
        ("2008-10-05", date(2026, 10, 5)),
        ("2008-02-29", date(2026, 3, 1)),
        ("2008", date(2026, 1, 1)),
        ("2014-01-01", date(2032, 1, 1)),
    ],
)
def test_a_parents_power_ends_as_the_eighteenth_birthday_begins(
    birthdate: str, first_day_of_age: date
) -> None:
    assert of_age_at(birthdate) == start_of(first_day_of_age)


@pytest.mark.parametrize(
    "birthdate", ["", "2008-13-01", "05/10/2008", "٢٠٠٨", "2008-10", "9999", "9982-01-01"]
)
def test_who_was_born_nobody_knows_when_is_a_minor_never(birthdate: str) -> None:
    assert of_age_at(birthdate) is None
