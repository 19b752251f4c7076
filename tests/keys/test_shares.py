"""Shamir's scheme over the field of AES: enough shares make the secret, fewer say nothing about it."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.shares import combine, split, times, value_at

BYTE = st.integers(min_value=0, max_value=255)


def test_products_are_those_of_fips_197() -> None:  # §4.2, §4.2.1
    assert times(0x57, 0x83) == 0xC1
    assert [times(0x57, power) for power in (0x02, 0x04, 0x08, 0x10, 0x13)] == [0xAE, 0x47, 0x8E, 0x07, 0xFE]


@given(BYTE, BYTE, BYTE)
def test_it_is_a_field(a: int, b: int, c: int) -> None:
    assert times(a, b) == times(b, a)
    assert times(a, times(b, c)) == times(times(a, b), c)
    assert times(a, b ^ c) == times(a, b) ^ times(a, c)
    assert (times(a, 1), times(a, 0)) == (a, 0)
    assert (times(a, b) == 0) is (a == 0 or b == 0)


@given(st.binary(min_size=1, max_size=70), st.data())
def test_any_three_of_five_make_the_secret(secret: bytes, data: st.DataObject) -> None:
    shares = split(secret, threshold=3, total=5)
    some = data.draw(st.permutations(list(shares)))
    for count in (3, 4, 5):
        assert combine({place: shares[place] for place in some[:count]}) == secret


@settings(max_examples=8)  # each tries every secret
@given(BYTE, BYTE, st.sampled_from(list(combinations(range(1, 6), 2))))
def test_two_shares_fit_every_secret_once(first: int, second: int, places: tuple[int, int]) -> None:
    """For each secret there is just one polynomial through two given shares: they rule none out, and favour none."""
    given_shares = {places[0]: bytes([first]), places[1]: bytes([second])}
    third = next(place for place in range(1, 6) if place not in places)
    secrets = Counter(combine({**given_shares, third: bytes([value])}) for value in range(256))
    assert secrets == Counter(bytes([secret]) for secret in range(256))


def test_a_share_is_as_likely_any_byte_whatever_the_secret() -> None:
    """Over all polynomials of degree 2 or less, for the lowest and highest place: each value equally often."""
    for place, secret in ((1, 0), (5, 0xFF)):
        squares = Counter(value_at((0, 0, c), place) for c in range(256))
        values = Counter(value_at((secret, b, 0), place) ^ square for b in range(256) for square in squares)
        assert set(values.values()) == {256}


def test_shares_of_one_secret_differ_each_time() -> None:
    made = {split(bytes(16), threshold=2, total=2)[1] for _ in range(50)}
    assert len(made) == 50


@pytest.mark.parametrize(
    ("secret", "threshold", "total"), [(b"", 2, 3), (b"s", 1, 3), (b"s", 4, 3), (b"s", 2, 256)]
)
def test_what_would_be_no_sharing_is_refused(secret: bytes, threshold: int, total: int) -> None:
    with pytest.raises(ValueError, match="threshold"):
        split(secret, threshold=threshold, total=total)
