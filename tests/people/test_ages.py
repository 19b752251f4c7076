"""Ages that are told instead of the birth date: counted by Vietnam days, of a year alone only when certain."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.people.ages import consents_through_representative, has_reached, vietnam_day
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


def test_the_day_is_that_of_viet_nam() -> None:
    assert vietnam_day(datetime(2026, 3, 1, 16, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert vietnam_day(datetime(2026, 3, 1, 17, 0, tzinfo=UTC)) == date(2026, 3, 2)


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
