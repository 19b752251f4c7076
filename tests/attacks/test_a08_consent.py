"""A08: consent applies to the request shown in the browser it was shown to, and to nothing else.

RFC 9700 §4.16 (clickjacking), RFC 9700 §2.1 (cross-site request forgery), ASVS 10.7.1.
"""

from urllib.parse import urlencode

import httpx
import pytest

from idp.audit.events import EventType
from tests.attacks.oracle import Oracle
from tests.driver import Browser, Page, RelyingParty
from tests.world import World

FORM = {"content-type": "application/x-www-form-urlencoded"}
OWN = {**FORM, "origin": "null", "sec-fetch-site": "same-origin"}


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client()


@pytest.fixture
async def alice(world: World, oracle: Oracle) -> Browser:
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    return browser


async def consent_page(browser: Browser, rp: RelyingParty, **changes: str | None) -> Page:
    page = await browser.get(rp.authorize_url(scope="openid profile email", **changes))
    assert "page-consent" in page.ids
    return page


def answer_of(page: Page, **changes: str | None) -> dict[str, str]:
    fields = {**page.form("allow")["fields"], "decision": "allow", **changes}
    return {name: value for name, value in fields.items() if value is not None}


async def send(
    browser: Browser,
    page: Page,
    fields: dict[str, str],
    headers: dict[str, str] | None = None,
    query: str = "",
) -> httpx.Response:
    return await browser.client.post(
        f"/consent?i={page.interaction}{query}", content=urlencode(fields), headers=headers or OWN
    )


FOREIGN = (
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    {"origin": "null", "sec-fetch-site": "cross-site"},
    {"origin": "null", "sec-fetch-site": "same-site"},
    {"origin": "http://localhost:8000", "sec-fetch-site": "cross-site"},
    {"origin": "http://localhost:8000", "sec-fetch-site": "same-site"},
    {"origin": "http://localhost:8001", "sec-fetch-site": "same-site"},
    {"origin": "https://localhost:8000", "sec-fetch-site": "same-origin"},
    {"origin": "http://localhost:8000.evil.example"},
    {"origin": "http://localhost"},
    {"origin": "http://LOCALHOST:8000"},
    {"origin": "http://localhost:8000/"},
    {"origin": ""},
    {"origin": "*"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "SAME-ORIGIN"},
    {"sec-fetch-site": "same-origin, cross-site"},
)
POSTS = ("/consent", "/sign-in/cancel", "/sign-in/national", "/sign-in/password", "/sign-in/otp")
ELSEWHERE = (
    "/end_session/confirm",
    "/language",
    "/theme",
    "/text-size",
    "/administrator/start",
    "/administrator/totp",
)


async def test_a08_a_form_sent_from_another_site_does_nothing(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser
) -> None:
    page = await consent_page(alice, rp)
    for headers in FOREIGN:
        async with oracle.refusing(headers, status={403}, counted=True):
            await send(alice, page, answer_of(page), {**FORM, **headers})
    response = await send(alice, page, answer_of(page))
    assert response.status_code == 303, "the same form from our own page is good"


@pytest.mark.parametrize("path", [*POSTS, *ELSEWHERE])
async def test_a08_so_it_is_with_every_form_of_ours(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser, path: str
) -> None:
    page = await consent_page(alice, rp)
    fields = answer_of(
        page, where="all", language="en", theme="dark", username="x", password="x", otp="123456", link="x"
    )
    url = f"{path}?i={page.interaction}" if path in POSTS else path
    for headers in FOREIGN:
        async with oracle.refusing((path, headers), status={403}, counted=True):
            await alice.client.post(url, content=urlencode(fields), headers={**FORM, **headers})


async def test_a08_without_this_browser_s_token_a_form_does_nothing(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser
) -> None:
    page = await consent_page(alice, rp)
    mallory = world.browser()
    foreign = (await mallory.get("/help")).form("lang-en")["fields"]["csrf"]
    own = page.form("allow")["fields"]["csrf"]
    browser_cookie = str(world.cookie_of(alice, "browser"))
    for csrf in (
        None,
        "",
        foreign,
        own[:-1],
        own + "x",
        own.upper(),
        browser_cookie,
        "é" * 43,
        "A" * 43,
    ):
        async with oracle.refusing(csrf, status={403}, counted=True):
            await send(alice, page, answer_of(page, csrf=csrf))
    alice.client.cookies.delete("hpid-browser")
    async with oracle.refusing("the token without its cookie", status={403}, counted=True):
        await send(alice, page, answer_of(page))


@pytest.mark.parametrize("held", ["", "short", "x" * 65, "é" * 20, "a b c d e f g h i j"])
async def test_a08_a_browser_cookie_that_is_none_of_ours_vouches_for_nothing(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser, held: str
) -> None:
    page = await consent_page(alice, rp)
    session, interaction = world.cookie_of(alice, "session"), world.cookie_of(alice, f"i-{page.interaction}")
    cookies = f"hpid-session={session}; hpid-i-{page.interaction}={interaction}; hpid-browser={held}"
    alice.client.cookies.clear()
    async with oracle.refusing(held, status={403}, counted=True):
        await send(alice, page, answer_of(page), {**OWN, "cookie": cookies.encode()})  # type: ignore[dict-item]


async def test_a08_what_the_form_says_of_the_request_is_not_read(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser
) -> None:
    """client_id, redirect_uri, scope and the like come from the sealed request; a field of that name changes nothing."""
    await world.client("rp-m", redirect_uris=("https://evil.example/",))
    page = await consent_page(alice, rp)
    smuggled = {
        "client_id": "rp-m",
        "redirect_uri": "https://evil.example/",
        "claims": '{"userinfo":{"vn_id_number":null}}',
        "state": "smuggled",
        "prompt": "none",
        "resource": "https://evil.example/",
        "person_id": "x",
    }
    response = await send(alice, page, {**answer_of(page), **smuggled}, query="&client_id=rp-m&scope=openid")
    assert response.status_code == 303
    page = await alice.get(response.headers["location"])
    assert page.left_for is not None
    assert page.left_for.startswith(rp.redirect_uri)
    assert page.answer["state"] == rp.state
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert tokens["scope"] == "openid profile"


async def test_a08_no_scope_beyond_those_offered_can_be_ticked(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser
) -> None:
    page = await consent_page(alice, rp)
    for scope in (
        "vn.id_number",
        "phone",
        "openid",
        "profile",
        "docs.read",
        "",
        "EMAIL",
        "email ",
        "email phone",
        "*",
    ):
        for fields in ([("scope", scope)], [("scope", "email"), ("scope", scope)]):
            body = urlencode([*answer_of(page).items(), *fields])
            async with oracle.refusing(fields, status={400}, counted=True):
                await alice.client.post(f"/consent?i={page.interaction}", content=body, headers=OWN)


async def test_a08_looking_is_not_answering(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser
) -> None:
    page = await consent_page(alice, rp)
    query = urlencode(answer_of(page))
    for method in ("GET", "HEAD"):
        async with oracle.refusing(method, status={200}):
            await alice.client.request(method, f"/consent?i={page.interaction}&{query}")
    for method in ("PUT", "PATCH", "DELETE"):
        async with oracle.refusing(method, status={405}):
            await alice.client.request(method, f"/consent?i={page.interaction}", headers=OWN)


async def test_a08_answers_in_the_wrong_order_reach_their_own_service(
    world: World, oracle: Oracle, alice: Browser
) -> None:
    one, two = await world.client("rp-1"), await world.client("rp-2", purpose="việc khác")
    page_1 = await consent_page(alice, one)
    page_2 = await consent_page(alice, two)
    async with oracle.refusing("the form of one service sent for the other", status={303}):
        response = await send(alice, page_2, answer_of(page_1))
        assert response.headers["location"] == f"/consent?i={page_2.interaction}"
    for rp, page in ((two, page_2), (one, page_1)):
        location = (await send(alice, page, answer_of(page))).headers["location"]
        left = await alice.get(location)
        assert left.left_for is not None
        assert left.left_for.startswith(rp.redirect_uri)


async def test_a08_a_person_who_signed_in_meanwhile_has_agreed_to_nothing(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser
) -> None:
    page = await consent_page(alice, rp)
    alice.client.cookies.delete("hpid-session")
    async with oracle.refusing("nobody is signed in", status={303}):
        await send(alice, page, answer_of(page))
    bob = await world.person("bob")
    recorded = await world.events(EventType.CONSENT_RECORDED)
    await world.signed_in(alice, bob.person_id)
    await send(alice, page, answer_of(page))
    records = await world.provider.database.read(
        lambda tx: tx.consents.of_client(bob.person_id, rp.client_id)  # type: ignore[arg-type]
    )
    assert await world.events(EventType.CONSENT_RECORDED) == recorded
    assert records == ()


async def test_a08_no_page_can_be_framed(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Browser
) -> None:
    page = await consent_page(alice, rp)
    for path in (
        f"/consent?i={page.interaction}",
        "/end_session",
        "/",
        "/authorize",
        "/administrator?link=x",
    ):
        response = await alice.client.get(path)
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"], path
