"""base64url – RFC 4648 §5, RFC 7515 §2: one value, one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import base64url


@given(st.binary())
def test_bytes_come_back(raw: bytes) -> None:
    assert base64url.decode(base64url.encode(raw)) == raw


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_a_text_decodes_only_if_it_is_the_spelling_of_its_bytes(text: str) -> None:
    try:
        raw = base64url.decode(text)
    except ValueError:
        return
    assert base64url.encode(raw) == text


@pytest.mark.parametrize(
    "text", ["A", "AA=", "AA==", "AB", "AAB", "AA AA", "AAAA\n", "+A", "/A", "AAA.", "Ａ", "\ud800"]
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library's and our own words
        base64url.decode(text)
