"""The userinfo answer and how a token may be sent – OpenID Connect Core §5.3, RFC 6750 §2."""

import pytest

from idp.protocol.errors import InvalidRequest, InvalidToken
from idp.protocol.userinfo import build, names_of, parse_token

TOKEN = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer ", "Bearer   "])
def test_a_token_comes_in_the_header(scheme: str) -> None:  # RFC 6750 §2.1; PROTOCOL rule 9
    assert parse_token(f"{scheme} {TOKEN}", {}) == TOKEN


def test_or_in_the_form() -> None:  # RFC 6750 §2.2
    assert parse_token(None, {"access_token": TOKEN}) == TOKEN


def test_without_any_there_is_none() -> None:  # RFC 6750 §3.1: then the challenge names no error
    assert parse_token(None, {}) is None


def test_two_ways_at_once_are_refused() -> None:  # RFC 6750 §2
    with pytest.raises(InvalidRequest, match="sent twice"):
        parse_token(f"Bearer {TOKEN}", {"access_token": TOKEN})


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer   ",
        f"Bearer  {TOKEN} ",
        f"Bearer {TOKEN} x",
        TOKEN,
        f"DPoP {TOKEN}",
        f"Basic {TOKEN}",
        f"Bearer\t{TOKEN}",
    ],
)
def test_any_other_header_holds_no_token(authorization: str) -> None:  # RFC 6750 §2.1
    with pytest.raises(InvalidToken):
        parse_token(authorization, {})


KNOWN: dict[str, object] = {
    "sub": "forged",
    "name": "Nguyễn Thị Hương",
    "email": "huong@example.vn",
    "email_verified": True,
    "vn_id_number": "031184012456",
}


@pytest.mark.parametrize(
    ("scopes", "single", "answer"),
    [
        ({"openid"}, (), {}),
        ({"openid", "profile"}, (), {"name": "Nguyễn Thị Hương"}),
        ({"openid", "email"}, (), {"email": "huong@example.vn", "email_verified": True}),
        ({"openid"}, ("email",), {"email": "huong@example.vn"}),
        ({"openid", "phone"}, ("birthdate",), {}),
        ({"openid", "unheard-of"}, (), {}),
    ],
)
def test_it_gives_sub_and_what_the_token_opens(
    scopes: set[str], single: tuple[str, ...], answer: dict[str, object]
) -> None:  # Core §5.3.2, §5.4, §5.5
    told = build(KNOWN, sub="sub-of-portal", scopes=frozenset(scopes), single_claims=single)
    assert told == {"sub": "sub-of-portal", **answer}


def test_what_is_released_is_named_within_verified_claims_too() -> None:  # OpenID4IDA §5
    one, other = {"claims": {"name": "A"}, "verification": {}}, {"claims": {"birthdate": "1984"}}
    assert names_of({"sub": "s", "email": "a"}) == {"sub", "email"}
    assert names_of({"sub": "s", "verified_claims": one}) == {"sub", "verified_claims", "name"}
    both = names_of({"sub": "s", "verified_claims": [one, other]})
    assert both == {"sub", "verified_claims", "name", "birthdate"}
