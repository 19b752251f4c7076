"""Who may post to us – DESIGN 5.13, OWASP CSRF; SECURITY A08."""

from typing import Any

import pytest

from idp.edge.call import BadCall, Call
from idp.edge.csrf import FIELD, browser_cookie, check_post, csrf_token
from tests import make
from tests.edge.calls import a_call

BROWSER = "a-browser-of-24-characters"
OTHER = "another-browser-of-24-chars"
COOKIE = "__Host-hpid-browser"
TOKEN = csrf_token(a_call(), BROWSER)


def _call(browser: str | None = BROWSER, **headers: Any) -> Call:
    cookie: dict[str, Any] = {} if browser is None else {"cookie": f"{COOKIE}={browser}"}
    return a_call(method="POST", **cookie, **headers)


ISSUER = make.ISSUER


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": ISSUER},
        {"origin": ISSUER, "sec_fetch_site": "same-origin"},
        {"origin": ISSUER, "sec_fetch_site": "none"},
        {"origin": "null", "sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "same-origin"},
        {"origin": "null"},
    ],
    ids=str,
)
def test_our_own_page_in_this_browser_may_post(headers: dict[str, str]) -> None:
    check_post(_call(**headers), {FIELD: TOKEN})


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test"},
        {"origin": "https://evil.test", "sec_fetch_site": "cross-site"},
        {"origin": "https://evil.test", "sec_fetch_site": "same-origin"},
        {"origin": "https://portal.example", "sec_fetch_site": "same-site"},
        {"origin": "http://id.example"},
        {"origin": "https://id.example:8443"},
        {"origin": "https://id.example."},
        {"origin": "https://ID.example"},
        {"origin": "https://id.example/"},
        {"origin": ""},
        {"origin": f"{ISSUER}, https://evil.test"},
        {"origin": ISSUER, "sec_fetch_site": "cross-site"},
        {"origin": ISSUER, "sec_fetch_site": "same-site"},
        {"origin": ISSUER, "sec_fetch_site": ""},
        {"origin": "null", "sec_fetch_site": "cross-site"},
        {"origin": "null", "sec_fetch_site": "same-site"},
        {"origin": "null", "sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ],
    ids=str,
)
def test_no_other_site_may_though_it_knew_the_token(headers: dict[str, str]) -> None:
    with pytest.raises(BadCall) as refused:
        check_post(_call(**headers), {FIELD: TOKEN})
    assert (refused.value.status, refused.value.reason) == (403, "the form was sent from another site")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {FIELD: ""},
        {FIELD: TOKEN[:-1]},
        {FIELD: TOKEN + "x"},
        {FIELD: TOKEN.swapcase()},
        {FIELD: csrf_token(a_call(), OTHER)},
        {FIELD: BROWSER},
        {FIELD: "ễ" * 43},
        {FIELD: "\x00"},
        {FIELD.upper(): TOKEN},
    ],
    ids=ascii,
)
def test_without_this_browser_s_token_nothing_is_done(form: dict[str, str]) -> None:
    with pytest.raises(BadCall) as refused:
        check_post(_call(origin=ISSUER), form)
    assert (refused.value.status, refused.value.reason) == (403, "the form is not of this browser")


@pytest.mark.parametrize("browser", [None, "", "short", OTHER, BROWSER + "x", "x" * 65])
def test_a_token_is_worth_nothing_in_another_browser(browser: str | None) -> None:
    with pytest.raises(BadCall) as refused:
        check_post(_call(browser, origin=ISSUER), {FIELD: TOKEN})
    assert refused.value.status == 403


def test_a_browser_without_a_cookie_gets_a_fresh_one_each_time() -> None:
    (first, set_first), (second, set_second) = (browser_cookie(_call(None)) for _ in range(2))
    assert first != second
    assert len(first) == 32
    assert set_first is not None
    assert set_second is not None
    assert (set_first.name, set_first.value) == (COOKIE, first)


def test_a_browser_keeps_the_cookie_it_has() -> None:
    assert browser_cookie(_call()) == (BROWSER, None)


@pytest.mark.parametrize("held", ["x" * 15, "x" * 65, "x" * 20 + "é"])
def test_a_cookie_that_is_none_of_ours_is_replaced(held: str) -> None:
    name, fresh = browser_cookie(_call(held))
    assert name != held
    assert fresh is not None


def test_on_plain_http_the_cookie_has_another_name() -> None:  # DESIGN 5.13
    name, _ = browser_cookie(a_call(issuer="http://localhost:8000", cookie=f"hpid-browser={BROWSER}"))
    assert name == BROWSER
    call = a_call(cookie=f"hpid-browser={BROWSER}")
    assert browser_cookie(call)[0] != BROWSER, "https never reads a cookie without the prefix"
