"""Where the browser goes back to – OpenID Connect Core §3.1.2.5, RFC 6749 §4.1.2, RFC 9207 §2; SECURITY A09."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.authorization_response import (
    answer_mode,
    error_parameters,
    query_uri,
    success_parameters,
)
from idp.protocol.errors import AccessDenied
from tests import make


def _pairs(uri: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(uri).query, keep_blank_values=True)


def test_success_carries_code_state_and_issuer_and_nothing_else() -> None:  # RFC 9207 §2; PROTOCOL rule 1
    told = success_parameters(code="hp_code_1", state="abc", iss=make.ISSUER)
    assert told == {"code": "hp_code_1", "state": "abc", "iss": make.ISSUER}
    uri = query_uri(make.REDIRECT_URI, told)
    assert uri.startswith(make.REDIRECT_URI + "?")
    assert _pairs(uri) == [*told.items()]


def test_an_error_carries_state_and_issuer_too() -> None:  # RFC 6749 §4.1.2.1, RFC 9207 §2
    error = AccessDenied("the person did not agree", detail="for our log")
    assert error_parameters(error, state="abc", iss=make.ISSUER) == {
        "error": "access_denied",
        "error_description": "the person did not agree",
        "state": "abc",
        "iss": make.ISSUER,
    }


def test_no_state_comes_back_where_none_was_sent() -> None:  # RFC 6749 §4.1.2
    assert "state" not in success_parameters(code="c", state=None, iss=make.ISSUER)
    error = AccessDenied("the person did not agree")
    assert "state" not in error_parameters(error, state=None, iss=make.ISSUER)


@pytest.mark.parametrize(
    ("asked", "mode"),
    [
        (None, "query"),
        ("query", "query"),
        ("form_post", "form_post"),
        ("fragment", "query"),
        ("jwt", "query"),
    ],
)
def test_an_error_goes_by_the_mode_asked_for_or_by_the_default(asked: str | None, mode: str) -> None:
    values = {} if asked is None else {"response_mode": asked}
    assert answer_mode(values, ("query", "form_post")) == mode
    assert answer_mode(values, ("query",)) == "query"


@pytest.mark.parametrize(
    ("registered", "answer"),
    [
        ("https://portal.example/cb", "https://portal.example/cb?code=c&iss=i"),
        ("https://portal.example/cb?dummy1=lorem", "https://portal.example/cb?dummy1=lorem&code=c&iss=i"),
        ("https://portal.example/cb?", "https://portal.example/cb?&code=c&iss=i"),
        ("http://127.0.0.1:51004/", "http://127.0.0.1:51004/?code=c&iss=i"),
        ("https://portal.example", "https://portal.example?code=c&iss=i"),
    ],
)
def test_a_registered_query_is_kept(
    registered: str, answer: str
) -> None:  # RFC 6749 §3.1.2; PROTOCOL rule 13
    assert query_uri(registered, success_parameters(code="c", state=None, iss="i")) == answer


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=128))
def test_state_comes_back_exactly_and_breaks_nothing_open(
    state: str,
) -> None:  # PROTOCOL rule 1; SECURITY A11
    uri = query_uri(make.REDIRECT_URI, success_parameters(code="c", state=state, iss=make.ISSUER))
    assert _pairs(uri) == [("code", "c"), ("state", state), ("iss", make.ISSUER)]
    assert uri.isascii()
    assert not set(uri) & set('\r\n"<> #')
