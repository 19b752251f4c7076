"""CORS – DESIGN 5.13; SECURITY H06: exact origins of public clients, no wildcard, no credentials."""

import pytest

from idp.clients.origins import browser_origins
from idp.edge.cors import PATHS, cors_headers
from tests import make

ORIGIN = "https://portal.example"
ORIGINS = frozenset({ORIGIN})


def test_the_origins_are_those_of_enabled_public_clients() -> None:
    clients = [
        make.public_client(redirect_uris=("https://app.example/cb", "https://app.example:8443/cb?x=1")),
        make.public_client(redirect_uris=("https://disabled.example/cb",), enabled=False),
        make.client(redirect_uris=("https://confidential.example/cb",)),
    ]
    assert browser_origins(clients) == {"https://app.example", "https://app.example:8443"}


def test_a_registered_origin_may_read_the_answer() -> None:
    assert dict(cors_headers(ORIGIN, ORIGINS, preflight=False)) == {
        "access-control-allow-origin": ORIGIN,
        "vary": "Origin",
        "access-control-expose-headers": "WWW-Authenticate, Retry-After",
    }


def test_a_preflight_is_told_methods_and_headers() -> None:
    assert dict(cors_headers(ORIGIN, ORIGINS, preflight=True)) == {
        "access-control-allow-origin": ORIGIN,
        "vary": "Origin",
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "Authorization, Content-Type",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize("preflight", [True, False])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.test",
        "null",
        "*",
        "",
        "http://portal.example",
        "https://portal.example:443",
        "https://portal.example/",
        "https://portal.example.evil.test",
        "https://evilportal.example",
        "https://PORTAL.example",
        f"{ORIGIN}, https://evil.test",
    ],
)
def test_any_other_origin_reads_nothing(origin: str, preflight: bool) -> None:
    assert cors_headers(origin, ORIGINS, preflight=preflight) == (("vary", "Origin"),)


@pytest.mark.parametrize("preflight", [True, False])
def test_without_an_origin_there_is_nothing_to_say(preflight: bool) -> None:
    assert cors_headers(None, ORIGINS, preflight=preflight) == ()


def test_credentials_are_never_allowed() -> None:
    for preflight in (True, False):
        names = {name for name, _ in cors_headers(ORIGIN, ORIGINS, preflight=preflight)}
        assert "access-control-allow-credentials" not in names


def test_no_page_and_no_authorization_endpoint_has_cors() -> None:
    assert {"/authorize", "/sign-in", "/consent", "/end_session", "/"} & PATHS == set()
