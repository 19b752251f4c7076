"""A11: nothing that was sent becomes markup on a page of ours (CWE-79); G08: nor does anything that is stored.

The pages are read as a browser reads them: every tag and attribute must be one the same page has without the attack.
"""

from html.parser import HTMLParser

import pytest

from idp.people.model import Address, PersonProfile
from tests.attacks.oracle import Oracle
from tests.world import PERSONAL, World

POLYGLOTS = (
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "--><svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<ScRiPt/src=//evil.example/x.js>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    'javascript:alert(1)//"><svg/onload=alert(1)>',
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "{{1787*1987}}${1787*1987}#{1787*1987}{%print(1787*1987)%}<%=1787*1987%>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u003cscript\u003ealert(1)",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "＜script＞alert(1)＜/script＞",
    "\u202e<script>\u2028alert(1)",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><button>x",
)


class _Shape(HTMLParser):
    """The tags of a page with the names of their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        for name, value in attrs:
            address = (
                name in {"href", "src", "action", "formaction", "data"}
                and value
                and not (value.startswith(("/", "#", "https://rp-c.example")))
            )
            if name.startswith("on") or name in {"style", "srcdoc"} or address:
                self.bad.append(f"<{tag} {name}={value}>")
        if tag in {"iframe", "object", "embed", "base", "math", "meta"} and tag != "meta":
            self.bad.append(f"<{tag}>")
        if tag == "script" and not any(name == "src" for name, _ in attrs):
            self.bad.append("<script>")


def assert_inert(text: str, like: str) -> None:
    shape = _Shape(text)
    assert not shape.bad, shape.bad
    assert shape.tags == _Shape(like).tags
    assert "3550769" not in text, "a template was evaluated"


PARAMETERS = ("state", "login_hint", "ui_locales", "foo")


async def test_a11_what_an_authorization_request_says_is_never_markup(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    page = await world.browser().get(rp.authorize_url())
    harmless = page.response.text
    for polyglot in POLYGLOTS:
        for name in PARAMETERS:
            browser = world.browser()
            async with oracle.refusing((name, polyglot), status={200, 303}):
                shown = await browser.get(rp.authorize_url(**{name: polyglot}))
            if shown.left_for is None:
                assert_inert(shown.response.text, harmless)
                assert polyglot not in shown.response.text


async def test_a11_nor_on_an_error_page(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    harmless = (await world.http.get(rp.authorize_url(client_id="nobody"))).text
    for polyglot in POLYGLOTS:
        for name in ("client_id", "state", polyglot):
            async with oracle.refusing((name, polyglot), status={400}) as watch:
                changes = {"client_id": "nobody", name: polyglot}
                await world.http.get(rp.authorize_url(**changes))
            assert_inert(watch.last.text, harmless)


async def test_a11_nor_in_the_page_that_posts_an_answer(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    page = await world.browser().get(rp.authorize_url(response_mode="form_post", prompt="none"))
    harmless = _Shape(page.response.text)
    assert harmless.bad == ["<script>"], "the page's own, which its policy names by digest"
    for polyglot in POLYGLOTS:
        url = rp.authorize_url(response_mode="form_post", prompt="none", state=polyglot, nonce=polyglot)
        async with oracle.refusing(polyglot, status={200}, counted=False):
            page = await world.browser().get(url)
        shape = _Shape(page.response.text)
        assert (shape.tags, shape.bad) == (harmless.tags, harmless.bad)
        assert page.posted[1]["state"] == polyglot


async def test_a11_what_comes_back_from_upstream_is_never_shown(world: World, oracle: Oracle) -> None:
    await world.http.get("/")  # who has no cookie yet is told that cookies may be off
    harmless = (await world.http.get("/upstream/national/callback?state=x")).text
    for polyglot in POLYGLOTS:
        for name in ("error", "error_description", "error_uri"):
            async with oracle.refusing((name, polyglot), status={400}) as watch:
                query = {"state": "x", name: polyglot}
                await world.http.get("/upstream/national/callback", params=query)
            assert_inert(watch.last.text, harmless)


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in",
        "/consent",
        "/authorize/resume",
        "/signed-out",
        "/end_session",
        "/administrator",
        "/help",
        "/",
        "/x",
    ],
)
async def test_a11_nor_is_any_query_of_any_page(world: World, oracle: Oracle, path: str) -> None:
    names = ("i", "m", "r", "n", "link", "next", "q", "state", "ui_locales")
    await world.http.get("/")  # who has no cookie yet is told that cookies may be off
    for polyglot in POLYGLOTS:
        harmless = await world.http.get(path, params=dict.fromkeys(names, "x"))
        answer = await world.http.get(path, params=dict.fromkeys(names, polyglot))
        assert answer.status_code < 500
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert_inert(answer.text, harmless.text)


async def test_a11_what_is_typed_into_a_form_is_never_markup(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    form = await browser.get(f"/sign-in/password?i={page.interaction}")
    harmless = (await browser.press(form, "submit", username="nobody", password="wrong")).response.text
    world.time.move(days=1)
    page = await browser.get(rp.authorize_url())
    form = await browser.get(f"/sign-in/password?i={page.interaction}")
    for polyglot in POLYGLOTS:
        shown = await browser.press(form, "submit", username=polyglot, password=polyglot)
        assert_inert(shown.response.text, harmless)


@pytest.mark.parametrize("polyglot", POLYGLOTS)
async def test_g08_what_is_stored_is_never_markup(world: World, oracle: Oracle, polyglot: str) -> None:
    async def pages(text: str, client_id: str, username: str) -> list[str]:
        rp = await world.client(
            client_id,
            unchecked=True,
            **PERSONAL,
            redirect_uris=("https://rp-c.example/callback",),
            name=text,
            name_en=text,
            agency=text,
            purpose=text,
            purpose_en=text,
            law=text,
            backchannel_logout_uri="https://rp-c.example/out",
        )
        person = await world.person(
            username,
            profile=PersonProfile(
                full_name=text, gender=text, birthdate="1984", address=Address(formatted=text, detail=text)
            ),
        )
        browser = world.browser()
        sign_in = await browser.get(rp.authorize_url())
        await world.signed_in(browser, person.person_id)
        consent = await browser.get(rp.authorize_url(scope="openid profile address"))
        home = await browser.get("/")
        done = await browser.press(consent, "allow")
        await rp.redeem(world.http, done.answer["code"])
        out = await browser.press(await browser.get("/end_session"), "sign-out-here")
        assert "delivery-1" in out.ids
        return [page.response.text for page in (sign_in, consent, home, out)]

    for shown, harmless in zip(
        await pages(polyglot, "rp-1", "alice"), await pages("Một tên thường", "rp-2", "bob"), strict=True
    ):
        assert_inert(shown, harmless)


def test_a11_the_reader_of_these_tests_sees_what_a_browser_would_run() -> None:
    page = "<p>x</p>"
    for attack in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:x">',
        "<base href=//e>",
    ):
        with pytest.raises(AssertionError):
            assert_inert(page + attack, page)
    assert_inert(page, page)
