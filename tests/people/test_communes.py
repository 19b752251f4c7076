"""The communes of the city and what became of the old ones – DOMAIN 1.7."""

import unicodedata
from collections import Counter
from datetime import date

import pytest

from idp.people.communes import communes, find_by_code, find_by_old_name, old_communes, spelling

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


@pytest.mark.parametrize(
    ("name", "district", "now"),
    [
        ("Thị trấn Cẩm Giang", "huyện Cẩm Giàng", ("10888",)),
        ("Thị trấn Cẩm Giàng", "huyện Cẩm Giàng", ()),
        ("Thị trấn Lai Cách", "", ("10543", "10891")),
        ("Xã Cộng Hòa", "", ("10645", "10705", "10756")),
        ("Phường Cộng Hoà", "thành phố Chí Linh", ("10549", "10570")),
        (unicodedata.normalize("NFD", " phường  CỘNG hòa"), "", ("10549", "10570")),
        ("Phường Cong Hoa", "", ()),
        ("Phường Quang Trung", "thành phố Hải Dương", ("10525",)),
        ("", "", ()),
    ],
)
def test_an_old_name_is_found_with_all_its_marks(name: str, district: str, now: tuple[str, ...]) -> None:
    assert find_by_old_name(name, district) == now


def test_a_name_of_several_communes_means_all_of_them_until_the_district_is_said() -> None:
    everywhere = find_by_old_name("Phường Trần Phú")
    assert set(find_by_old_name("Phường Trần Phú", "thành phố Hải Dương")) <= set(everywhere)


def test_no_two_communes_of_today_are_spelled_alike_but_two_are_when_marks_go() -> None:
    assert len({spelling(one.full_name) for one in communes().values()}) == 114
    assert spelling("Cẩm Giang") != spelling("Cẩm Giàng")
    for one, other in (("Hòa", "Hoà"), ("Thúy", "Thuý"), ("Thủy", "Thuỷ")):
        assert spelling(one) == spelling(other)
