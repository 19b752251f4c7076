"""The token request – RFC 6749 §3.2, §4.1.3, §6; OpenID Connect Core §3.1.3.1, §12; SECURITY A06, B03, B11."""

from typing import Any

import pytest

from idp.ids import ClientId
from idp.protocol.errors import InvalidGrant, InvalidRequest, InvalidScope
from idp.protocol.token_request import (
    check_code,
    narrow_scopes,
    parse_code_request,
    parse_form,
    parse_refresh_request,
)
from tests import make


def test_each_parameter_is_taken_once() -> None:  # RFC 6749 §3.2
    assert parse_form([("grant_type", "x"), ("code", "y")]) == {"grant_type": "x", "code": "y"}


@pytest.mark.parametrize(
    "pairs",
    [
        [("code", "a"), ("code", "b")],
        [("code", "a"), ("code", "a")],
        [("code", ""), ("code", "a")],
        [("code", "a"), ("code", "")],
        [("code", "a"), ("CODE", "b")],
        [("Code", ""), ("cOde", "")],
        [("unknown", "1"), ("unknown", "2")],
        [("", "1"), ("", "2")],
    ],
)
def test_a_parameter_sent_twice_is_refused_in_any_letter_case(pairs: list[tuple[str, str]]) -> None:  # A06
    with pytest.raises(InvalidRequest, match="more than once"):
        parse_form(pairs)


def test_an_empty_value_counts_as_not_sent() -> None:  # RFC 6749 §3.2
    assert parse_form([("scope", ""), ("code", "a")]) == {"code": "a"}


CODE = {"code": "hp_code_1", "redirect_uri": make.REDIRECT_URI, "code_verifier": make.CODE_VERIFIER}


def test_the_code_grant_has_its_parameters() -> None:  # RFC 6749 §4.1.3, RFC 7636 §4.5
    request = parse_code_request(CODE)
    assert (request.code, request.redirect_uri, request.code_verifier) == tuple(CODE.values())
    assert parse_code_request({**CODE, "code_verifier": ""}).code_verifier == ""
    assert request.resource is None
    assert (
        parse_code_request({**CODE, "resource": "urn:example:a"}).resource == "urn:example:a"
    )  # RFC 8707 §2.2
    assert "hp_code_1" not in repr(request)
    assert make.CODE_VERIFIER not in repr(request)


@pytest.mark.parametrize("name", ["code", "redirect_uri"])
def test_a_missing_one_is_named(name: str) -> None:  # RFC 6749 §4.1.3; stricter: redirect_uri always
    with pytest.raises(InvalidRequest, match=f"{name} is required"):
        parse_code_request({key: value for key, value in CODE.items() if key != name})


def test_the_refresh_grant_has_its_parameters() -> None:  # RFC 6749 §6
    request = parse_refresh_request({"refresh_token": "hp_rt_1", "scope": "openid  profile openid"})
    assert (request.refresh_token, request.scopes) == ("hp_rt_1", ("openid", "profile"))
    bare = parse_refresh_request({"refresh_token": "hp_rt_1"})
    assert (bare.scopes, bare.resource) == ((), None)
    named = parse_refresh_request({"refresh_token": "hp_rt_1", "resource": "urn:example:a"})
    assert named.resource == "urn:example:a"  # RFC 8707 §2.2
    assert "hp_rt_1" not in repr(request)
    with pytest.raises(InvalidRequest, match="refresh_token is required"):
        parse_refresh_request({})


def test_a_good_code_passes_until_the_second_it_expires() -> None:  # RFC 6749 §4.1.2
    code = make.code_facts()
    last = code.expires_at - make.SECOND
    check_code(code, make.client(), redirect_uri=make.REDIRECT_URI, now=last)
    with pytest.raises(InvalidGrant):
        check_code(code, make.client(), redirect_uri=make.REDIRECT_URI, now=code.expires_at)


@pytest.mark.parametrize(
    "changes",
    [
        {"client": make.client(client_id=ClientId("mallory"))},
        {"redirect_uri": "https://portal.example/callback/"},
        {"redirect_uri": "https://portal.example/Callback"},
        {"redirect_uri": ""},
        {"now": make.NOW + make.HOUR},
    ],
    ids=["client", "trailing slash", "case", "empty", "time"],
)
def test_a_code_of_another_client_address_or_time_is_an_invalid_grant(changes: dict[str, Any]) -> None:  # B03
    given: dict[str, Any] = {
        "client": make.client(),
        "redirect_uri": make.REDIRECT_URI,
        "now": make.NOW,
        **changes,
    }
    with pytest.raises(InvalidGrant) as refused:
        check_code(make.code_facts(), given.pop("client"), **given)
    assert "another client" not in refused.value.error_description


def test_scopes_may_be_narrowed_never_widened() -> None:  # RFC 6749 §6; B11
    granted = frozenset({"openid", "profile", "email"})
    assert narrow_scopes((), granted) == granted
    assert narrow_scopes(("openid", "email"), granted) == {"openid", "email"}
    for asked in (("phone",), ("openid", "phone"), ("OPENID",), ("openid", "")):
        with pytest.raises(InvalidScope):
            narrow_scopes(asked, granted)
