"""The communes of the city and what became of the old ones – DOMAIN 1.7."""

from collections import Counter
from datetime import date

import pytest

from idp.people.communes import communes, find_by_code, old_communes

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def test_there_are_114_communes_of_today_and_375_of_before_of_which_71_were_split() -> None:
    assert Counter(one.kind for one in communes().values()) == {"X": 67, "P": 45, "Đ": 2}
    assert len(old_communes()) == len({old.code for old in old_communes()}) == 375
    assert sum(len(old.now) > 1 for old in old_communes()) == 71
    assert {code for old in old_communes() for code in old.now} == set(communes())
    assert len({(old.name, old.district) for old in old_communes()}) == 375


@pytest.mark.parametrize(
    ("code", "day", "now"),
    [
        ("10888", AFTER, ("10888",)),
        ("10888", None, ("10888",)),
        ("10903", None, ("10903",)),
        ("10891", None, ("10891",)),
        ("10891", AFTER, ("10891",)),
        ("10891", BEFORE, ("10543", "10891")),
        ("10510", None, ("10507",)),
        ("10510", BEFORE, ("10507",)),
        ("10639", None, ("10645", "10705", "10756")),
        ("00004", None, ()),
        ("", None, ()),
    ],
)
def test_a_code_means_what_it_meant_when_it_was_written(
    code: str, day: date | None, now: tuple[str, ...]
) -> None:
    assert find_by_code(code, written_on=day) == now
