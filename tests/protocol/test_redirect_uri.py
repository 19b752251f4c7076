"""Matching redirect_uri at /authorize – RFC 9700 §2.1 (exact), RFC 8252 §7.3 (loopback); SECURITY A01, A02."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts
from idp.protocol.registration import check_redirect_uri
from tests import make

REGISTERED = "https://rp.test/cb"
WEB = make.client(redirect_uris=(REGISTERED, "https://rp.test/other?dummy1=lorem"))
NATIVE = make.public_client(
    application_type="native", redirect_uris=("http://127.0.0.1/cb", "http://[::1]:1/cb?a=b", REGISTERED)
)

A01 = [
    "https://rp.test@evil.test/cb",
    "https://rp.test@@evil.test/cb",
    "https://rp.test:x@@evil.test/cb",
    "https://rp.test%40evil.test/cb",
    "https://rp.test\\@evil.test/cb",
    "https:/\\evil.test",
    "https:\\\\rp.test/cb",
    "https://rp.test#@evil.test",
    "https://rp.test:443/cb",
    "https://RP.test/cb",
    "HTTPS://rp.test/cb",
    "https://rp。test/cb",
    "https://ｒｐ.test/cb",
    "https://xn--rp-.test/cb",
    "https://rp.test./cb",
    "https://rp.te\tst/cb",
    "https://rp.test/cb\n",
    "\thttps://rp.test/cb",
    " https://rp.test/cb",
    "https://rp.test/cb ",
    "https://rp.test/cb%0a",
    "https://rp.test\x00/cb",
    "http://rp.test/cb",
    "//rp.test/cb",
    "/cb",
    "",
    "https://rp.test",
    "https://evil.test/https://rp.test/cb",
    "javascript:alert(1)//https://rp.test/cb",
]
A02 = [
    "https://rp.test/cb/..;/evil",
    "https://rp.test/cb/../x",
    "https://rp.test/x/../cb",
    "https://rp.test/./cb",
    "https://rp.test//cb",
    "https://rp.test/cb/%2e%2e/x",
    "https://rp.test/cb%2f..%2fx",
    "https://rp.test/%63b",
    "https://rp.test/cb;a=b",
    "https://rp.test/cb/",
    "https://rp.test/cb?x=1",
    "https://rp.test/cb?",
    "https://rp.test/cb#f",
    "https://rp.test/cb#",
    "https://rp.test/CB",
    "https://rp.test/other",
    "https://rp.test/other?dummy1=ipsum",
    "https://rp.test/other?dummy1=lorem&x=1",
]


@pytest.mark.parametrize("redirect_uri", WEB.redirect_uris)
def test_the_registered_bytes_match(redirect_uri: str) -> None:  # RFC 9700 §2.1; PROTOCOL rule 13
    assert check_redirect_uri(WEB, redirect_uri) == redirect_uri


@pytest.mark.parametrize("client", [WEB, NATIVE], ids=["web", "native"])
@pytest.mark.parametrize("redirect_uri", [*A01, *A02])
def test_nothing_else_does(client: ClientFacts, redirect_uri: str) -> None:
    with pytest.raises(InvalidRequest, match="redirect_uri is not registered"):
        check_redirect_uri(client, redirect_uri)


@given(st.text(max_size=40), st.integers(0, len(REGISTERED)))
def test_one_changed_byte_is_another_uri(text: str, place: int) -> None:
    redirect_uri = REGISTERED[:place] + text + REGISTERED[place:]
    if text:
        with pytest.raises(InvalidRequest):
            check_redirect_uri(WEB, redirect_uri)


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://127.0.0.1/cb",
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:51004/cb",
        "http://127.0.0.1:65535/cb",
        "http://[::1]/cb?a=b",
        "http://[::1]:51004/cb?a=b",
    ],
)
def test_a_native_app_takes_any_port_of_its_loopback_address(redirect_uri: str) -> None:  # RFC 8252 §7.3
    assert check_redirect_uri(NATIVE, redirect_uri) == redirect_uri


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:999999/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:+80/cb",
        "http://127.0.0.1:٣٣/cb",
        "http://127.0.0.1:80",
        "http://127.0.0.1:80/",
        "http://127.0.0.1:80/cb/",
        "http://127.0.0.1:80/CB",
        "http://127.0.0.1:80/cb?x=1",
        "http://127.0.0.1:80/cb#f",
        "http://127.0.0.1:80/cb\n",
        "http://127.0.0.1:80@evil.test/cb",
        "http://127.0.0.1@evil.test:80/cb",
        "http://127.0.0.1.evil.test:80/cb",
        "http://127.0.0.1:80\\@evil.test/cb",
        "http://127.0.0.2:80/cb",
        "http://127.1:80/cb",
        "http://2130706433:80/cb",
        "http://0x7f.0.0.1:80/cb",
        "http://localhost:80/cb",
        "http://[::ffff:127.0.0.1]:80/cb",
        "http://[0:0:0:0:0:0:0:1]:80/cb?a=b",
        "http://[::1]:80/cb",
        "https://127.0.0.1:80/cb",
        "HTTP://127.0.0.1:80/cb",
        "https://rp.test:51004/cb",
    ],
)
def test_and_nothing_else_of_it_may_differ(redirect_uri: str) -> None:  # RFC 8252 §7.3, §8.10
    with pytest.raises(InvalidRequest):
        check_redirect_uri(NATIVE, redirect_uri)


def test_a_web_client_has_no_free_port() -> None:  # RFC 8252 §7.3 is for native applications
    client = make.client(redirect_uris=("http://127.0.0.1:8000/cb",))
    assert check_redirect_uri(client, "http://127.0.0.1:8000/cb")
    with pytest.raises(InvalidRequest):
        check_redirect_uri(client, "http://127.0.0.1:8001/cb")
