"""Proof Key for Code Exchange – RFC 7636, RFC 9700 §2.1.1; SECURITY B05."""

import json
from pathlib import Path

import pytest

from idp.protocol.errors import InvalidGrant, InvalidRequest
from idp.protocol.pkce import check_challenge, check_verifier, s256
from tests import make

VECTOR = json.loads((Path(__file__).parent.parent / "vectors" / "rfc7636.json").read_text())


def test_the_vector_of_the_rfc_matches() -> None:  # RFC 7636 appendix B
    assert s256(VECTOR["code_verifier"]) == VECTOR["code_challenge"]
    check_verifier(VECTOR["code_verifier"], expected_challenge=VECTOR["code_challenge"])


@pytest.mark.parametrize("required", [True, False])
def test_a_good_challenge_is_bound_to_the_code(required: bool) -> None:  # RFC 7636 §4.4
    challenge = check_challenge(make.CODE_CHALLENGE, "S256", required=required)
    assert challenge == make.CODE_CHALLENGE


def test_a_challenge_is_optional_only_where_the_profile_says_so() -> None:  # RFC 9700 §2.1.1
    assert check_challenge(None, None, required=False) is None
    with pytest.raises(InvalidRequest, match="code_challenge is required"):
        check_challenge(None, None, required=True)


@pytest.mark.parametrize("method", [None, "plain", "s256", "S512", "", "S256 "])
def test_no_method_but_s256_is_taken(method: str | None) -> None:  # RFC 7636 §4.3: missing would mean plain
    with pytest.raises(InvalidRequest, match="code_challenge_method"):
        check_challenge(make.CODE_CHALLENGE, method, required=False)


def test_a_method_without_challenge_is_refused() -> None:  # RFC 7636 §4.3
    with pytest.raises(InvalidRequest, match="no code_challenge"):
        check_challenge(None, "S256", required=False)


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "A" * 42,
        "A" * 44,
        "A" * 128,
        "A" * 42 + "=",
        "A" * 42 + "+",
        "A" * 42 + "/",
        "A" * 42 + ".",
        "A" * 42 + "é",
        "A" * 43 + "\n",
        " " + "A" * 42,
    ],
)
def test_a_challenge_that_is_no_sha256_is_refused(challenge: str) -> None:  # RFC 7636 §4.2
    with pytest.raises(InvalidRequest, match="43 base64url"):
        check_challenge(challenge, "S256", required=False)


@pytest.mark.parametrize(
    "verifier",
    [
        None,
        "",
        "A",
        "A" * 42,
        "A" * 129,
        "A" * 42 + "+",
        "A" * 42 + " ",
        "A" * 42 + "ễ",
        make.CODE_VERIFIER + "\n",
        make.CODE_VERIFIER[:-1] + "l",
        make.CODE_VERIFIER.swapcase(),
        make.CODE_CHALLENGE,
    ],
)
def test_any_other_verifier_is_an_invalid_grant(verifier: str | None) -> None:  # RFC 7636 §4.6
    with pytest.raises(InvalidGrant):
        check_verifier(verifier, expected_challenge=make.CODE_CHALLENGE)


@pytest.mark.parametrize("length", [43, 44, 127, 128])
def test_a_verifier_may_have_43_to_128_characters(length: int) -> None:  # RFC 7636 §4.1
    verifier = ("aZ0-._~" * 19)[:length]
    check_verifier(verifier, expected_challenge=s256(verifier))


def test_who_sent_no_challenge_must_not_send_a_verifier() -> None:  # RFC 9700 §2.1.1: downgrade
    check_verifier(None, expected_challenge=None)
    with pytest.raises(InvalidGrant, match="no code_challenge"):
        check_verifier(make.CODE_VERIFIER, expected_challenge=None)
