"""What we write is to the byte what the standard library's own encoder writes."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.compact_json import compact_encoder

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(members=st.dictionaries(st.text(), _VALUES, max_size=6), sort_keys=st.booleans())
def test_it_writes_what_the_library_writes(members: dict[str, object], *, sort_keys: bool) -> None:
    written = compact_encoder(sort_keys=sort_keys)(members)
    assert written == json.dumps(members, separators=(",", ":"), ensure_ascii=False, sort_keys=sort_keys)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_does_not_have_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        compact_encoder()({"of": [number]})


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="datetime"):
        compact_encoder()({"at": datetime(2026, 11, 27, tzinfo=UTC)})
