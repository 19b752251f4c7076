"""Logging out – RP-Initiated Logout 1.0 §2–3, Back-Channel Logout 1.0 §2.4; PROTOCOL rules 26–28, SECURITY F02."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts
from idp.protocol.logout import (
    BACKCHANNEL_EVENT,
    LOGOUT_TOKEN_CLAIMS,
    LOGOUT_TOKEN_TYP,
    PARAMETERS,
    LogoutRequest,
    build_logout_token,
    check_return,
    frontchannel_uri,
    parse,
)
from tests import make

RETURN = "https://portal.example/signed-out"
ISSUED = int(make.NOW.timestamp())


def _request(**parameters: str) -> LogoutRequest:
    return parse({"post_logout_redirect_uri": RETURN, **parameters})


def _location(request: LogoutRequest, client: ClientFacts) -> str:
    address = check_return(request, client, hint_is_valid=True)
    assert address is not None
    assert address.is_followed
    assert address.client is client
    return address.location


def test_all_parameters_are_optional() -> None:  # RP-Initiated Logout §2
    assert parse({}) == LogoutRequest(
        id_token_hint=None, client_id=None, post_logout_redirect_uri=None, state=None, ui_locales=None
    )


def test_what_is_sent_is_taken_and_the_rest_ignored() -> None:
    sent = {name: f"the {name}" for name in PARAMETERS}
    request = parse({**sent, "unknown": "x"})
    for name in PARAMETERS - {"logout_hint"}:
        assert getattr(request, name) == f"the {name}"
    assert "the id_token_hint" not in repr(request)


def test_state_is_bounded() -> None:  # SECURITY H03
    assert parse({"state": "x" * 2048}).state == "x" * 2048
    with pytest.raises(InvalidRequest, match="state is longer"):
        parse({"state": "x" * 2049})


@pytest.mark.parametrize("hint_is_valid", [True, False])
@pytest.mark.parametrize("client", [None, make.client()], ids=["unknown", "known"])
def test_without_a_return_address_nobody_is_sent_anywhere(
    hint_is_valid: bool, client: ClientFacts | None
) -> None:  # PROTOCOL rule 27: -only-state, -no-post-logout-redirect-uri
    assert check_return(parse({"state": "abc"}), client, hint_is_valid=hint_is_valid) is None


@pytest.mark.parametrize("state", ["abc", "x" * 128, "a&b=c #ễ", "\r\n"])
def test_the_registered_address_is_followed_with_the_state_as_sent(state: str) -> None:  # PROTOCOL rule 26
    location = _location(_request(state=state), make.client())
    assert location.startswith(RETURN + "?")
    assert parse_qsl(urlsplit(location).query) == [("state", state)]


def test_without_state_the_address_is_followed_as_registered() -> None:  # PROTOCOL rule 26: no-state
    assert _location(_request(), make.client()) == RETURN


def test_a_registered_query_is_kept() -> None:
    client = make.client(post_logout_redirect_uris=(f"{RETURN}?foo=bar",))
    request = _request(post_logout_redirect_uri=f"{RETURN}?foo=bar", state="abc")
    assert _location(request, client) == f"{RETURN}?foo=bar&state=abc"


@pytest.mark.parametrize(
    "uri",
    [
        f"{RETURN}?foo=bar",
        f"{RETURN}/",
        f"{RETURN}#",
        RETURN.upper(),
        "https://portal.example@evil.test/signed-out",
        "https://evil.test/",
        "//portal.example/signed-out",
        "javascript:alert(1)",
        make.REDIRECT_URI,
    ],
)
def test_any_other_address_is_refused(uri: str) -> None:  # PROTOCOL rule 27: bad, query-added
    for hint_is_valid in (True, False):
        with pytest.raises(InvalidRequest, match="not registered"):
            check_return(_request(post_logout_redirect_uri=uri), make.client(), hint_is_valid=hint_is_valid)


def test_a_registered_address_without_a_hint_is_a_link_and_no_redirect() -> (
    None
):  # rule 27: -no-id-token-hint
    address = check_return(_request(state="abc"), make.client(), hint_is_valid=False)
    assert address is not None
    assert (address.location, address.is_followed) == (f"{RETURN}?state=abc", False)


@pytest.mark.parametrize("client", [None, make.client(enabled=False)], ids=["unknown", "disabled"])
def test_an_address_of_no_enabled_client_is_refused(client: ClientFacts | None) -> None:  # rule 27
    with pytest.raises(InvalidRequest, match="id_token_hint"):
        check_return(_request(), client, hint_is_valid=False)


@pytest.mark.parametrize("client", [None, make.client(enabled=False)], ids=["removed", "disabled"])
def test_where_the_client_of_a_hint_is_served_no_more_nobody_is_led_there(client: ClientFacts | None) -> None:
    assert check_return(_request(), client, hint_is_valid=True) is None


def test_a_logout_token_says_which_session_ended_and_never_a_nonce() -> None:  # Back-Channel Logout §2.4
    claims = build_logout_token(
        iss=make.ISSUER, aud="portal", sub="sub-of-portal", sid="sid-1", jti="jti-1", now=make.NOW
    )
    assert claims == {
        "iss": make.ISSUER,
        "aud": "portal",
        "iat": ISSUED,
        "exp": ISSUED + 120,
        "jti": "jti-1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        "sub": "sub-of-portal",
        "sid": "sid-1",
    }
    assert set(claims) == set(LOGOUT_TOKEN_CLAIMS)
    assert claims["events"] == {BACKCHANNEL_EVENT: {}}
    assert LOGOUT_TOKEN_TYP == "logout+jwt"


@pytest.mark.parametrize(("sub", "sid"), [("sub-of-portal", None), (None, "sid-1")])
def test_a_logout_token_leaves_out_what_is_not_known(sub: str | None, sid: str | None) -> None:
    claims = build_logout_token(iss=make.ISSUER, aud="portal", sub=sub, sid=sid, jti="jti-1", now=make.NOW)
    assert ("sub" in claims, "sid" in claims) == (sub is not None, sid is not None)


def test_a_browser_is_told_of_a_session_by_iss_and_sid_or_by_neither() -> None:  # Front-Channel Logout §2
    given = {"iss": make.ISSUER, "sid": "sid-1"}
    assert frontchannel_uri(make.client(), **given) is None
    plain = make.client(frontchannel_logout_uri="https://portal.example/out?a=1")
    assert frontchannel_uri(plain, **given) == "https://portal.example/out?a=1"
    strict = make.client(
        frontchannel_logout_uri="https://portal.example/out", frontchannel_logout_session_required=True
    )
    found = frontchannel_uri(strict, **given)
    assert found is not None
    assert found.startswith("https://portal.example/out?")
    assert parse_qsl(urlsplit(found).query) == [("iss", make.ISSUER), ("sid", "sid-1")]
