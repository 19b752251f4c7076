"""The module of oidcc-session-management in a browser, over https, the suite's page being on another site (rule 30)."""

import asyncio
import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from idp.cli.certification_person import PASSWORD, USERNAME
from idp.protocol.session_state import session_state
from tests.conformance.certified import NAME, Certified, Outside, outside
from tests.journeys.visitor import FLAGS

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

_CLIENT = "hpid-session-management"
_COOKIE = "__Host-hpid-browser-state"
_PAGE = """<!doctype html><html lang="en"><title>Relying party</title>
<iframe id="op" src="{frame}" hidden></iframe>
<script>
window.ask = (message) => new Promise((resolve) => {{
  const heard = (event) => {{
    window.removeEventListener("message", heard);
    resolve([event.data, event.origin]);
  }};
  window.addEventListener("message", heard);
  document.getElementById("op").contentWindow.postMessage(message, "*");
  setTimeout(() => resolve(["silence", ""]), 3000);
}});
</script>"""


@pytest.fixture(scope="module")
def context(
    server: Certified, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A browser that knows the provider's name and lets frames of other sites have cookies, as the suite's does."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "Default").mkdir()
    wish = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
    (profile / "Default" / "Preferences").write_text(json.dumps(wish))
    flags = [*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1", "--ignore-certificate-errors"]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium,
            args=flags,
            locale="vi-VN",
            ignore_https_errors=True,
        )
        yield context
        context.close()


def ask(page: Page, message: object) -> list[str]:
    """Return what the provider's frame answers, and from which origin."""
    return list(page.evaluate("message => window.ask(message)", message))


@contextmanager
def service(server: Certified, context: BrowserContext) -> Iterator[Page]:
    """A page of the relying party with the provider's frame in it."""
    url = server.suite.serve(
        "/session", _PAGE.format(frame=f"{server.issuer}/check_session"), "text/html; charset=utf-8"
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    try:
        yield page
    finally:
        page.close()


def sign_in(server: Certified, context: BrowserContext) -> dict[str, str]:
    """Sign in at the relying party; return the answer it got."""
    parameters = {
        "client_id": _CLIENT,
        "redirect_uri": redirect_uri(server),
        "response_type": "code",
        "scope": "openid",
        "state": secrets.token_urlsafe(),
        "nonce": secrets.token_urlsafe(),
        "prompt": "login",
    }
    with context.expect_page():
        page = context.new_page()
    # where it comes back to has no server here: what the browser was told is enough
    page.route(f"{redirect_uri(server)}*", lambda route: route.fulfill(body="back"))
    page.goto(f"{server.issuer}/authorize?{urlencode(parameters)}")
    page.fill("#username", USERNAME)
    page.fill("#password", PASSWORD)
    page.click("#submit")
    page.wait_for_url(f"{redirect_uri(server)}*")
    answer = dict(parse_qsl(urlsplit(page.url).query))
    page.close()
    return answer


def redirect_uri(server: Certified) -> str:
    return str(_outside(server, _redirect_uri))


async def _redirect_uri(op: Outside) -> str:
    return op.relying_party(_CLIENT).redirect_uri


def _outside(server: Certified, work: Any) -> Any:
    """Run it in a thread: the browser's own event loop runs in this one."""

    async def run() -> Any:
        async with outside(server) as op:
            return await work(op)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


def test_oidcc_session_management_rp_initiated_logout(server: Certified, context: BrowserContext) -> None:
    answer = sign_in(server, context)
    told = f"{_CLIENT} {answer['session_state']}"
    with service(server, context) as page:
        assert ask(page, told) == ["unchanged", server.issuer]
        assert ask(page, told) == ["unchanged", server.issuer]
        leaving = context.new_page()
        leaving.goto(f"{server.issuer}/end_session")
        leaving.click("#sign-out-here")
        leaving.wait_for_selector("#page-signed-out")
        leaving.close()
        assert ask(page, told) == ["changed", server.issuer], "in a page that was open all the while"
        again = sign_in(server, context)
        assert ask(page, told) == ["changed", server.issuer]
        assert ask(page, f"{_CLIENT} {again['session_state']}") == ["unchanged", server.issuer]
        sign_in(server, context)
        assert ask(page, f"{_CLIENT} {again['session_state']}") == ["changed", server.issuer]


def test_the_frame_computes_what_the_provider_does(server: Certified, context: BrowserContext) -> None:
    """SHA-256 over every length of the last block, against Python's."""
    sign_in(server, context)
    cookies = {str(cookie.get("name")): str(cookie.get("value")) for cookie in context.cookies(server.issuer)}
    with service(server, context) as page:
        origin = page.evaluate("location.origin")
        messages, wrong = [], []
        for length in range(1, 130):
            client_id = secrets.token_hex(64)[:length]
            found = session_state(
                client_id=client_id,
                redirect_uri=f"{origin}/callback",
                browser_state=cookies[_COOKIE],
                salt=secrets.token_urlsafe(16),
            )
            assert found is not None
            messages.append(f"{client_id} {found}")
            digest, _, salt = found.partition(".")
            wrong.append(f"{client_id} {digest[:-1]}{'1' if digest[-1] == '0' else '0'}.{salt}")
        answers = page.evaluate(
            "async messages => { const all = []; for (const one of messages) all.push((await ask(one))[0]);"
            " return all; }",
            [*messages, *wrong],
        )
        assert answers == ["unchanged"] * 129 + ["changed"] * 129


@pytest.mark.parametrize(
    "message",
    [
        *("", "x", "a b", f"{_CLIENT} ", f"{_CLIENT} {'0' * 64}", f"{_CLIENT} {'0' * 64}.", f" {'0' * 64}.s"),
        *(f"{_CLIENT} {'0' * 63}.s", f"{_CLIENT} {'A' * 64}.s", f"é {'0' * 64}.s", f"c {'0' * 64}.s\n"),
        *(f"{'c' * 300} {'0' * 64}.s", f"c {'0' * 64}.{'s' * 5000}", None, 7, ["x"], {"a": 1}),
    ],
    ids=lambda message: json.dumps(message)[:24],
)
def test_a_message_that_is_none_is_an_error(
    server: Certified, context: BrowserContext, message: object
) -> None:  # §3.2; SECURITY F03
    with service(server, context) as page:
        assert ask(page, message) == ["error", server.issuer]


def test_without_its_cookie_the_frame_says_error(server: Certified, context: BrowserContext) -> None:
    answer = sign_in(server, context)
    told = f"{_CLIENT} {answer['session_state']}"
    with service(server, context) as page:
        kept = context.cookies(server.issuer)
        context.clear_cookies(name=_COOKIE)
        assert ask(page, told) == ["error", server.issuer]
        context.add_cookies([{**cookie} for cookie in kept])  # type: ignore[typeddict-item]
        assert ask(page, told) == ["unchanged", server.issuer]


def test_a_page_of_another_origin_can_t_ask_for_this_one(server: Certified, context: BrowserContext) -> None:
    """The frame computes with the origin that the browser vouches for; what was made for another does not fit."""
    sign_in(server, context)
    cookies = {str(cookie.get("name")): str(cookie.get("value")) for cookie in context.cookies(server.issuer)}
    elsewhere = session_state(
        client_id=_CLIENT,
        redirect_uri="https://another.example/callback",
        browser_state=cookies[_COOKIE],
        salt="salt",
    )
    with service(server, context) as page:
        assert ask(page, f"{_CLIENT} {elsewhere}") == ["changed", server.issuer]


def test_a_page_without_an_origin_gets_no_answer(server: Certified, context: BrowserContext) -> None:
    """A sandboxed frame has none to answer to: nothing is posted to everybody instead."""
    inner = _PAGE.format(frame=f"{server.issuer}/check_session").replace('"', "&quot;")
    outer = f'<!doctype html><iframe sandbox="allow-scripts" srcdoc="{inner}"></iframe>'
    url = server.suite.serve("/sandbox", outer, "text/html; charset=utf-8")
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    frame = page.frames[1]
    assert frame.evaluate("message => window.ask(message)", f"{_CLIENT} {'0' * 64}.s")[0] == "silence"
    page.close()
