"""Ages that are told instead of the birth date, and the day somebody is of age (Civil Code 2015, Art. 20).

Counted by days of Việt Nam; of a year alone, whichever is certain.
"""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.days import start_of
from idp.people.ages import consents_through_representative, has_reached, of_age_at
from idp.people.model import PersonProfile
from tests.make import person


@pytest.mark.parametrize(
    ("birthdate", "today", "reached"),
    [
        ("2008-03-02", date(2026, 3, 1), False),
        ("2008-03-02", date(2026, 3, 2), True),
        ("2008-03-02", date(2027, 1, 1), True),
        ("2008-02-29", date(2026, 2, 28), False),
        ("2008-02-29", date(2026, 3, 1), True),
        ("2008", date(2026, 12, 31), False),
        ("2008", date(2027, 1, 1), True),
        ("2030-01-01", date(2026, 1, 1), False),
    ],
)
def test_eighteen_is_reached_on_the_birthday_and_by_a_year_alone_once_it_is_over(
    birthdate: str, today: date, reached: bool
) -> None:
    assert has_reached(birthdate, 18, today=today) is reached


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.dates(date(1930, 1, 1), date(2100, 1, 1)))
def test_a_year_alone_is_never_surer_than_a_day_of_it_and_no_age_is_lost_again(
    born: date, today: date
) -> None:
    by_day = has_reached(born.isoformat(), 18, today=today)
    if has_reached(str(born.year), 18, today=today):
        assert by_day
    if by_day:
        assert has_reached(born.isoformat(), 16, today=today)
        assert has_reached(born.isoformat(), 18, today=date.fromordinal(today.toordinal() + 1))


@pytest.mark.parametrize(
    ("birthdate", "through_another"),
    [
        ("2010-11-27", True),  # 16 only when the day begins in Việt Nam
        ("2010-11-26", False),
        ("2010", True),  # may still be 15
        ("2009", False),
        ("", False),
    ],
)
def test_under_16_a_parent_agrees_to_what_services_get(birthdate: str, *, through_another: bool) -> None:
    now = datetime(2026, 11, 26, 16, 59, tzinfo=UTC)
    somebody = person(profile=PersonProfile(full_name="Nguyễn Minh Khôi", birthdate=birthdate))
    assert consents_through_representative(somebody, now) is through_another


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
