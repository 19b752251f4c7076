"""OpenID Connect Session Management 1.0 §2–3.2: how the session_state of an answer is computed."""

import hashlib
from itertools import combinations

import pytest

from idp.protocol.session_state import session_state

GIVEN = {
    "client_id": "portal",
    "redirect_uri": "https://portal.example/callback?x=1",
    "browser_state": "b" * 22,
    "salt": "s" * 22,
}


def test_it_is_the_hash_of_client_origin_browser_and_salt_with_the_salt() -> None:
    digest = hashlib.sha256(f"portal https://portal.example {'b' * 22} {'s' * 22}".encode()).hexdigest()
    found = session_state(**GIVEN)
    assert found == f"{digest}.{'s' * 22}"
    assert " " not in found  # §2


def test_it_is_another_for_another_client_origin_browser_or_salt() -> None:
    others = [
        GIVEN,
        {**GIVEN, "client_id": "other"},
        {**GIVEN, "redirect_uri": "https://other.example/callback"},
        {**GIVEN, "redirect_uri": "https://portal.example:8443/callback"},
        {**GIVEN, "browser_state": "c" * 22},
        {**GIVEN, "salt": "t" * 22},
    ]
    states = [session_state(**given) for given in others]
    assert all(one != other for one, other in combinations(states, 2))


@pytest.mark.parametrize(
    ("redirect_uri", "origin"),
    [
        ("https://portal.example/cb", "https://portal.example"),
        ("https://portal.example:443/cb", "https://portal.example"),
        ("https://portal.example:8443", "https://portal.example:8443"),
        ("http://localhost:80/cb", "http://localhost"),
        ("http://127.0.0.1:443/cb", "http://127.0.0.1:443"),
        ("http://[::1]:5000/cb", "http://[::1]:5000"),
    ],
)
def test_the_origin_is_written_as_browsers_do(redirect_uri: str, origin: str) -> None:  # RFC 6454 §6.2
    written = f"portal {origin} {GIVEN['browser_state']} {GIVEN['salt']}"
    found = session_state(**{**GIVEN, "redirect_uri": redirect_uri})
    assert found == f"{hashlib.sha256(written.encode()).hexdigest()}.{GIVEN['salt']}"


def test_an_app_without_a_page_has_none() -> None:
    assert session_state(**{**GIVEN, "redirect_uri": "vn.haiphong.app:/callback"}) is None
