"""Response types of the front channel as rules – OpenID Connect Core §3.2, §3.3; Multiple Response Types §3, §5."""

import pytest

from idp.protocol.errors import InvalidRequest
from idp.protocol.front_channel import (
    IN_FRONT,
    canonical,
    check_nonce,
    mode_in_front,
    offered_response_types,
    token_hashes,
)

ALL = offered_response_types(in_front=True)


def test_only_an_installation_that_says_so_offers_them() -> None:
    assert offered_response_types(in_front=False) == ("code",)
    assert ALL == ("code", "id_token", "code id_token", "id_token token")


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("id_token code", "code id_token"),
        ("token id_token", "id_token token"),
        ("id_token", "id_token"),
        ("code", "code"),
        ("token", "token"),
        ("code token", "code token"),
        ("id_token id_token", "id_token id_token"),
        ("code  id_token", "code  id_token"),
    ],
)
def test_words_come_in_any_order_and_once(sent: str, known: str) -> None:
    assert canonical(sent) == known


@pytest.mark.parametrize("response_type", IN_FRONT)
@pytest.mark.parametrize(
    ("asked", "mode"),
    [(None, "fragment"), ("fragment", "fragment"), ("form_post", "form_post"), ("query", "fragment")],
)
def test_tokens_never_travel_in_the_query(response_type: str, asked: str | None, mode: str) -> None:
    values = {"response_type": response_type} | ({"response_mode": asked} if asked else {})

    assert mode_in_front(values, ALL) == mode


@pytest.mark.parametrize("response_type", ["", "code", "token", "code token", "none"])
def test_other_requests_are_answered_as_ever(response_type: str) -> None:
    assert mode_in_front({"response_type": response_type}, ALL) is None


def test_what_is_not_offered_is_no_request_for_tokens() -> None:
    assert mode_in_front({"response_type": "id_token"}, ("code",)) is None


@pytest.mark.parametrize("response_type", IN_FRONT)
def test_a_nonce_is_needed(response_type: str) -> None:
    check_nonce("n", response_type)
    check_nonce(None, "code")
    with pytest.raises(InvalidRequest, match="nonce is required"):
        check_nonce(None, response_type)


def test_the_hashes_are_those_of_the_spec_s_example() -> None:
    """OpenID Connect Core appendix A.3 and A.4."""
    made = token_hashes(
        alg="RS256",
        code="Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk",
        access_token="jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
    )

    assert made == {"c_hash": "LDktKdoQak3Pk0cnXxCltA", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}


def test_what_did_not_come_is_not_bound() -> None:
    assert token_hashes(alg="ES256", code=None, access_token=None) == {}


@pytest.mark.parametrize(("alg", "characters"), [("RS256", 22), ("ES256", 22), ("PS256", 22), ("EdDSA", 43)])
def test_the_hash_is_that_of_the_algorithm(alg: str, characters: int) -> None:
    assert len(str(token_hashes(alg=alg, code="x", access_token=None)["c_hash"])) == characters
