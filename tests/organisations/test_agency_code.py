"""Agency codes of QĐ 20/2020, and those of QCVN 102:2016 that become them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.city.agencies import build_agencies
from idp.organisations.agency_code import MOST_CHARACTERS, InvalidAgencyCode, parse_agency_code
from idp.organisations.model import is_within, parent_of

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_level_1 = st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True)


def _group(length: int) -> st.SearchStrategy[str]:
    return st.text(_LETTERS, min_size=length, max_size=length)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("H24", "H24"),
        (" h24.08 ", "H24.08"),
        ("H24.15.3", "H24.15.3"),
        ("000.00.00.H49", "H49"),
        ("000.00.08.H24", "H24.08"),
        ("000.01.08.H24", "H24.08.01"),
        ("001.01.08.H24", "H24.08.01.001"),
        ("001.00.10.H24", "H24.10.001"),
        ("h24.00.00.h49", "H24.00.00.H49"),  # either way: as QĐ 20 has it
    ],
)
def test_both_orders_meet_in_one_form(written: str, meant: str) -> None:
    assert parse_agency_code(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H2",
        "H24.",
        "H24..1",
        ".H24",
        "H24.a-b",
        "00.00.08.H24",
        "000.00.08.H2",
        "H24.é",
        "H" * 36,
        "H24\n.1",
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidAgencyCode):
        parse_agency_code(text)


def test_a_code_has_35_characters_at_most() -> None:
    longest = "H24." + "A" * (MOST_CHARACTERS - 4)
    assert parse_agency_code(longest) == longest
    with pytest.raises(InvalidAgencyCode):
        parse_agency_code(longest + "A")


@given(st.text(max_size=40))
def test_whatever_is_accepted_is_in_normal_form(text: str) -> None:
    try:
        code = parse_agency_code(text)
    except InvalidAgencyCode:
        return
    assert re.fullmatch(r"[A-Z][0-9]{2}(\.[A-Z0-9]+)*", code)
    assert len(code) <= MOST_CHARACTERS
    assert parse_agency_code(code) == code


_old_codes = st.tuples(_group(3).filter(lambda v: not v[0].isalpha()), _group(2), _group(2), _level_1)


@given(st.lists(_old_codes, min_size=2, max_size=2, unique=True))
def test_no_two_codes_of_the_old_form_become_one_and_none_becomes_its_reverse(
    codes: list[tuple[str, ...]],
) -> None:
    first, second = (parse_agency_code(".".join(code)) for code in codes)
    assert first != second
    assert first.startswith(codes[0][-1])


def test_the_demo_s_old_codes_become_its_new_ones() -> None:
    with_both = [one for one in build_agencies(40, needed_wards=()) if one.legacy_code]
    assert len(with_both) > 10
    assert [parse_agency_code(one.legacy_code or "") for one in with_both] == [one.code for one in with_both]


@given(_level_1, st.lists(_group(2), max_size=4), st.lists(_group(3), max_size=3))
def test_an_agency_is_within_itself_and_all_above_it(first: str, above: list[str], below: list[str]) -> None:
    root = ".".join([first, *above])
    code = ".".join([root, *below])
    assert is_within(code, root)
    assert is_within(root, code) is (code == root)
    assert not is_within(f"{root}1", root)
    parent = parent_of(code)
    assert parent is None or (is_within(code, parent) and not is_within(parent, code))
