"""Codes and numbers of a sign-in on another device: what is drawn, and what is read of what somebody typed."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.cross_device.model import LIFE, Standing, make_code, make_number, parse_code, parse_number
from tests.stores.cross_device_samples import make_asked
from tests.stores.samples import NOW


@given(st.binary(min_size=16, max_size=16))
def test_a_code_is_eight_letters_that_spell_nothing_and_reads_back_however_it_is_typed(drawn: bytes) -> None:
    code = make_code(drawn)
    assert len(code) == 9
    assert not set(code) & set("AEIOUYaeiouy0123456789")
    for typed in (
        code,
        code.lower(),
        code.replace("-", ""),
        f" {code.replace('-', ' ')}\n",
        code.replace("-", "–"),
    ):
        assert parse_code(typed) == code


@given(st.text(max_size=60))
def test_whatever_else_is_typed_is_no_code(typed: str) -> None:
    code = parse_code(typed)
    assert code is None or make_asked(code=code).code == code
    if code is not None:
        assert set(code) <= set("BCDFGHJKLMNPQRSTVWXZ-")


@given(st.binary(min_size=8, max_size=8))
def test_a_number_has_two_digits(drawn: bytes) -> None:
    number = make_number(drawn)
    assert 10 <= int(number) <= 99
    assert parse_number(f" {number} ") == number


@pytest.mark.parametrize(
    "typed", ["", "4", "470", "4x", "４７", "٤٧", "-7", "4 7", "+7", "7\x00", "1" * 5000]
)
def test_what_is_no_number_counts_for_no_try(typed: str) -> None:
    assert parse_number(typed) is None


@pytest.mark.parametrize(
    ("standing", "later", "then"),
    [
        (Standing.WAITING, LIFE, Standing.EXPIRED),
        (Standing.CONFIRMED, LIFE, Standing.EXPIRED),
        (Standing.WAITING, LIFE - timedelta(seconds=1), Standing.WAITING),
        (Standing.NOT_ME, LIFE, Standing.NOT_ME),
        (Standing.SPENT, LIFE, Standing.SPENT),
    ],
)
def test_what_nobody_ended_in_time_is_over(standing: Any, later: timedelta, then: Standing) -> None:
    assert make_asked(standing=standing).as_of(NOW + later).standing is then


def test_neither_code_nor_number_shows_where_it_is_printed() -> None:
    asked = make_asked()
    assert asked.code not in repr(asked)
    assert asked.number not in repr(asked).replace(repr(asked.asked_at), "").replace(
        repr(asked.expires_at), ""
    )
