"""Where the browser goes back to – OpenID Connect Core §3.1.2.5, RFC 6749 §4.1.2, RFC 9207 §2; SECURITY A09."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.authorization_response import error_uri, success_uri
from idp.protocol.errors import AccessDenied
from tests import make


def _pairs(uri: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(uri).query, keep_blank_values=True)


def test_success_carries_code_state_and_issuer_and_nothing_else() -> None:  # RFC 9207 §2; PROTOCOL rule 1
    uri = success_uri(make.REDIRECT_URI, code="hp_code_1", state="abc", iss=make.ISSUER)
    assert uri.startswith(make.REDIRECT_URI + "?")
    assert _pairs(uri) == [("code", "hp_code_1"), ("state", "abc"), ("iss", make.ISSUER)]


def test_an_error_carries_state_and_issuer_too() -> None:  # RFC 6749 §4.1.2.1, RFC 9207 §2
    error = AccessDenied("the person did not agree", detail="for our log")
    assert _pairs(error_uri(make.REDIRECT_URI, error, state="abc", iss=make.ISSUER)) == [
        ("error", "access_denied"),
        ("error_description", "the person did not agree"),
        ("state", "abc"),
        ("iss", make.ISSUER),
    ]


def test_no_state_comes_back_where_none_was_sent() -> None:  # RFC 6749 §4.1.2
    assert "state" not in dict(_pairs(success_uri(make.REDIRECT_URI, code="c", state=None, iss=make.ISSUER)))
    error = AccessDenied("the person did not agree")
    assert "state" not in dict(_pairs(error_uri(make.REDIRECT_URI, error, state=None, iss=make.ISSUER)))


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
    assert success_uri(registered, code="c", state=None, iss="i") == answer


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=128))
def test_state_comes_back_exactly_and_breaks_nothing_open(
    state: str,
) -> None:  # PROTOCOL rule 1; SECURITY A11
    uri = success_uri(make.REDIRECT_URI, code="c", state=state, iss=make.ISSUER)
    assert _pairs(uri) == [("code", "c"), ("state", state), ("iss", make.ISSUER)]
    assert uri.isascii()
    assert not set(uri) & set('\r\n"<> #')
