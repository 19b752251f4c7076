"""The end-session endpoint – RP-Initiated Logout 1.0 §2–3; rules 26–28 of the conformance plans; ASVS 10.6.2."""

from urllib.parse import urlencode

import httpx
import pytest

from idp.audit.events import EventType
from tests.driver import Page, RelyingParty
from tests.world import Visitor, World

BACK = "https://rp-c.example/signed-out"


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client()


@pytest.fixture
async def alice(world: World, rp: RelyingParty) -> Visitor:
    return await world.visitor(rp)


@pytest.fixture
async def hint(world: World, rp: RelyingParty, alice: Visitor) -> str:
    """An ID token of alice's session at rp."""
    return str((await world.tokens(rp, alice))["id_token"])


def url(**parameters: str) -> str:
    return f"/end_session?{urlencode(parameters)}"


async def is_signed_in(rp: RelyingParty, visitor: Visitor) -> bool:
    page = await visitor.browser.get(rp.authorize_url(prompt="none"))
    if "error" in page.answer:
        assert page.answer["error"] == "login_required"  # rule 3
    return "code" in page.answer


def assert_refused(page: Page) -> None:
    assert page.left_for is None
    assert (page.status, page.case) == (400, "bad-request")
    assert page.error == "invalid_request"


async def test_a_hint_of_this_session_ends_it_and_leads_back_with_the_state(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # oidcc-rp-initiated-logout
    state = "s/+ &=" + "x" * 128
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK, state=state))
    assert page.left_for is not None
    assert page.left_for.startswith(f"{BACK}?")
    assert page.answer == {"state": state}
    assert not await is_signed_in(rp, alice)


async def test_without_state_nothing_is_appended(
    world: World, alice: Visitor, hint: str
) -> None:  # oidcc-rp-initiated-logout-no-state
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert page.left_for == BACK


async def test_a_registered_query_is_kept(world: World) -> None:
    rp = await world.client("rp-q", post_logout_redirect_uris=("https://rp-q.example/bye?from=id",))
    visitor = await world.visitor(rp)
    hint = (await world.tokens(rp, visitor))["id_token"]
    back = "https://rp-q.example/bye?from=id"
    page = await visitor.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=back, state="x"))
    assert page.left_for == f"{back}&state=x"


async def test_the_request_may_come_by_post(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §2
    page = await alice.browser.post("/end_session", {"id_token_hint": hint, "post_logout_redirect_uri": BACK})
    assert page.left_for == BACK
    assert not await is_signed_in(rp, alice)


async def test_an_expired_hint_counts(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §4
    world.time.move(minutes=20)
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert page.left_for == BACK
    assert not await is_signed_in(rp, alice)


@pytest.mark.parametrize("parameters", [{}, {"state": "x"}, {"client_id": "rp-c"}, {"ui_locales": "en"}])
async def test_without_a_hint_the_person_is_asked_first(
    world: World, rp: RelyingParty, alice: Visitor, hint: str, parameters: dict[str, str]
) -> None:  # oidcc-rp-initiated-logout-no-params, -only-state; ASVS 10.6.2
    page = await alice.browser.get(url(**parameters))
    assert page.status == 200
    assert {"page-sign-out", "sign-out-here", "sign-out-all", "cancel"} <= page.ids
    assert await is_signed_in(rp, alice), "nothing happened yet"
    page = await alice.browser.press(page, "sign-out-here")
    assert "page-signed-out" in page.ids
    assert not await is_signed_in(rp, alice)


async def test_whoever_wants_to_stay_stays(world: World, rp: RelyingParty, alice: Visitor) -> None:
    page = await alice.browser.press(await alice.browser.get("/end_session"), "cancel")
    assert "page-home" in page.ids
    assert await is_signed_in(rp, alice)


@pytest.mark.parametrize(
    "back",
    [
        "https://rp-c.example/elsewhere",
        f"{BACK}/",
        f"{BACK}?x=1",
        f"{BACK}#x",
        "https://RP-C.example/signed-out",
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "https://rp-c.example/callback",
    ],
)
async def test_an_address_not_registered_is_not_followed_and_nobody_is_signed_out(
    world: World, rp: RelyingParty, alice: Visitor, hint: str, back: str
) -> None:  # oidcc-rp-initiated-logout-bad-post-logout-redirect-uri, -query-added
    assert_refused(await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=back)))
    assert await is_signed_in(rp, alice)


async def test_an_address_without_a_hint_is_not_followed(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # oidcc-rp-initiated-logout-no-id-token-hint
    assert_refused(await alice.browser.get(url(post_logout_redirect_uri=BACK)))
    assert_refused(await alice.browser.get(url(post_logout_redirect_uri=BACK, client_id="rp-c")))
    assert await is_signed_in(rp, alice)


async def test_a_foreign_hint_is_refused(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # oidcc-rp-initiated-logout-bad-id-token-hint, -modified-id-token-hint
    header, payload, signature = hint.split(".")
    unsigned = "eyJhbGciOiJub25lIn0"
    for wrong in (
        f"{unsigned}.{payload}.",
        f"{header}.{payload}.{signature[::-1]}",
        f"{header}.{payload}.",
        "nonsense",
    ):
        assert_refused(await alice.browser.get(url(id_token_hint=wrong, post_logout_redirect_uri=BACK)))
        assert_refused(await alice.browser.get(url(id_token_hint=wrong)))
    assert await is_signed_in(rp, alice)


async def test_an_access_token_is_no_hint(world: World, rp: RelyingParty, alice: Visitor) -> None:  # RFC 8725
    access_token = (await world.tokens(rp, alice))["access_token"]
    assert_refused(await alice.browser.get(url(id_token_hint=access_token)))


async def test_a_hint_and_a_client_id_must_agree(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §2
    await world.client("rp-d")
    page = await alice.browser.get(
        url(id_token_hint=hint, client_id="rp-d", post_logout_redirect_uri="https://rp-d.example/signed-out")
    )
    assert_refused(page)
    page = await alice.browser.get(url(id_token_hint=hint, client_id="rp-c", post_logout_redirect_uri=BACK))
    assert page.left_for == BACK


async def test_another_client_s_hint_opens_no_way_to_its_address(
    world: World, alice: Visitor, hint: str
) -> None:
    await world.client("rp-d")
    assert_refused(
        await alice.browser.get(
            url(id_token_hint=hint, post_logout_redirect_uri="https://rp-d.example/signed-out")
        )
    )


async def test_a_hint_of_another_session_asks_first(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # ASVS 10.6.2
    bob = await world.visitor(rp, "bob")
    page = await bob.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert "sign-out-here" in page.ids
    assert await is_signed_in(rp, bob)
    assert await is_signed_in(rp, alice)


async def test_a_repeated_parameter_is_refused_and_an_unknown_one_ignored(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    assert_refused(await alice.browser.get("/end_session?state=1&state=2"))
    assert_refused(await alice.browser.get("/end_session?state=" + "s" * 2049))
    page = await alice.browser.get("/end_session?foo=1&foo=2&logout_hint=alice")
    assert "sign-out-here" in page.ids


async def test_nobody_signed_in_is_told_so_and_led_back(world: World, hint: str) -> None:
    browser = world.browser()
    assert "page-signed-out" in (await browser.get("/end_session")).ids
    page = await browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert page.left_for == BACK


async def test_a_request_that_brought_no_cookie_takes_none_away(world: World) -> None:  # ASVS 10.6.2
    """Another site can make a browser post here without our cookie; the answer must not sign it out."""
    response = await world.http.post("/end_session", data={"state": "x"})
    assert response.status_code == 303
    assert "set-cookie" not in response.headers
    assert "clear-site-data" not in response.headers


async def test_a_post_whose_cookie_stayed_behind_ends_the_session_of_its_hint(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:
    """A SameSite=Lax cookie is not sent along with a POST from another site (RFC 6265bis §5.5)."""
    stranger = world.browser()
    page = await stranger.post("/end_session", {"id_token_hint": hint, "post_logout_redirect_uri": BACK})
    assert page.left_for == BACK
    assert not await is_signed_in(rp, alice)


async def test_signing_out_clears_caches_and_the_cookie_but_never_names_cookies(
    world: World, alice: Visitor, hint: str
) -> None:  # DESIGN 5.13
    response = await alice.browser.client.get(url(id_token_hint=hint))
    assert response.status_code == 303
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    assert "hpid-session=;" in response.headers["set-cookie"]
    assert "Max-Age=0" in response.headers["set-cookie"]


async def test_the_old_cookie_opens_nothing_afterwards(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # SECURITY E19
    cookie = world.cookie_of(alice.browser, "session")
    assert cookie is not None
    await alice.browser.get(url(id_token_hint=hint))
    assert world.cookie_of(alice.browser, "session") is None
    alice.browser.client.cookies.set("hpid-session", cookie, domain="localhost.local", path="/")
    assert not await is_signed_in(rp, alice)


async def test_everywhere_means_every_session_of_the_person(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    elsewhere = Visitor(person=alice.person, browser=world.browser())
    await world.signed_in(elsewhere.browser, alice.person.person_id)
    bob = await world.visitor(rp, "bob")
    here = Visitor(person=alice.person, browser=world.browser())
    await world.signed_in(here.browser, alice.person.person_id)
    await here.browser.press(await here.browser.get("/end_session"), "sign-out-here")
    assert await is_signed_in(rp, alice)
    await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-all")
    for visitor, expected in ((alice, False), (elsewhere, False), (bob, True)):
        assert await is_signed_in(rp, visitor) is expected


async def test_services_the_session_reached_are_told_once_each(
    world: World,
) -> None:  # Back-Channel Logout §2.5
    told = await world.client("rp-1", backchannel_logout_uri="https://rp-1.example/backchannel")
    silent = await world.client("rp-2")
    alice = await world.visitor(told)
    await world.agree(alice.person.person_id, silent)
    tokens = await world.tokens(told, alice)
    await world.tokens(told, alice)
    await world.tokens(silent, alice)
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    claims = await told.verify(world.http, tokens["id_token"])
    messages = await world.provider.database.read(
        lambda tx: tx.outbox.of_logout(page.response.url.params["r"])
    )
    assert [message.client_id for message in messages] == ["rp-1"]
    assert messages[0].payload["sid"] == claims["sid"]
    assert messages[0].payload["sub"] == claims["sub"]
    assert "delivery-1" in page.ids
    assert await world.events(EventType.SESSION_ENDED) == [EventType.SESSION_ENDED]


async def test_a_code_that_was_never_redeemed_reached_nobody(world: World) -> None:
    rp = await world.client("rp-1", backchannel_logout_uri="https://rp-1.example/backchannel")
    alice = await world.visitor(rp)
    await alice.code(rp)
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    assert not {"delivery-1", "open-services"} & page.ids


async def test_the_confirmation_takes_no_other_answer(world: World, rp: RelyingParty, alice: Visitor) -> None:
    page = await alice.browser.get("/end_session")
    csrf = page.form("sign-out-here")["fields"]["csrf"]
    for where in ("", "everywhere", "HERE"):
        answer = await alice.browser.post("/end_session/confirm", {"csrf": csrf, "where": where})
        assert answer.status == 400
    assert (await alice.browser.post("/end_session/confirm", {"where": "here"})).status == 403
    assert await is_signed_in(rp, alice)


async def test_the_signed_out_page_stands_any_question(world: World) -> None:
    for query in ("", "r=", "r=x", "r=..", "r=" + "a." * 100, "r=%3Cscript%3E", "r=1&r=2", "n=9", "r=%ff"):
        response = await world.http.get(f"/signed-out?{query}")
        assert response.status_code == (400 if "%ff" in query else 200), query
        assert "<script>" not in response.text


async def test_a_disabled_client_s_address_is_not_followed(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:
    await world.change_client("rp-c", enabled=False)
    assert_refused(await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK)))


async def test_the_endpoint_is_for_browsers(world: World) -> None:
    response: httpx.Response = await world.http.put("/end_session")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
