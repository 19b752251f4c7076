"""What a client may ask about its own sign-outs, and how much of it at once; SECURITY E12."""

import pytest

from idp.protocol.delivery_request import MOST, STATES, parse_delivery_request
from idp.protocol.errors import InvalidRequest


@pytest.mark.parametrize(("limit", "number"), [("1", 1), ("007", 7), (str(MOST), MOST)])
def test_from_one_to_the_most_may_be_asked_for(limit: str, number: int) -> None:
    assert parse_delivery_request({"limit": limit}).limit == number


@pytest.mark.parametrize(
    "limit", ["", "0", str(MOST + 1), "0001", "9" * 5_000, "-1", "+1", "1.0", " 1", "²", "٣"]
)
def test_any_other_number_is_refused_and_no_fault(limit: str) -> None:
    with pytest.raises(InvalidRequest, match="limit"):
        parse_delivery_request({"limit": limit})


def test_a_state_is_one_there_is_and_none_is_all_of_them() -> None:
    assert parse_delivery_request({}).state is None
    assert [parse_delivery_request({"state": state}).state for state in STATES] == list(STATES)
    for state in ("", "all", "Dead"):
        with pytest.raises(InvalidRequest, match="state"):
            parse_delivery_request({"state": state})
