"""Front-Channel Logout 1.0 §2–3; rule 29 of the conformance plans: one frame per service, exact, then on."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from idp.outbox.model import OutboxKind
from tests.driver import Page, RelyingParty
from tests.world import Visitor, World

BACK = "https://rp-1.example/signed-out"


async def register(world: World, client_id: str, **changes: Any) -> RelyingParty:
    """A client of the front channel that requires `iss` and `sid`."""
    facts = {
        "frontchannel_logout_uri": f"https://{client_id}.example/front",
        "frontchannel_logout_session_required": True,
        **changes,
    }
    return await world.client(client_id, **facts)


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await register(world, "rp-1")


async def reach(world: World, visitor: Visitor, rp: RelyingParty) -> dict[str, Any]:
    """Sign in at a service; return the claims of the ID token, and the token itself as `hint`."""
    await world.agree(visitor.person.person_id, rp)
    tokens = await world.tokens(rp, visitor)
    return {**await rp.verify(world.http, tokens["id_token"]), "hint": tokens["id_token"]}


def frame_src(page: Page) -> str | None:
    """Return the directive of the page's policy."""
    policy = page.response.headers["content-security-policy"]
    found = re.search(r"frame-src ([^;]+)", policy)
    return found[1] if found else None


def end_session(**parameters: str) -> str:
    return f"/end_session?{urlencode(parameters)}"


async def test_the_page_loads_one_frame_per_service_with_exactly_iss_and_sid_and_goes_on(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # oidcc-frontchannel-rp-initiated-logout
    first = await reach(world, alice, rp)
    second = await reach(world, alice, await register(world, "rp-2"))
    silent = await world.client("rp-3")
    await reach(world, alice, silent)
    page = await alice.browser.get(
        end_session(id_token_hint=first["hint"], post_logout_redirect_uri=BACK, state="a b")
    )
    assert (page.status, page.left_for) == (200, None)
    assert sorted(frame.partition("?")[0] for frame in page.frames) == [
        "https://rp-1.example/front",
        "https://rp-2.example/front",
    ]
    for frame in page.frames:
        claims = first if "rp-1" in frame else second
        assert parse_qsl(urlsplit(frame).query) == [("iss", world.issuer), ("sid", claims["sid"])]
    assert sorted((frame_src(page) or "").split()) == ["https://rp-1.example", "https://rp-2.example"]
    assert page.links["back"] == f"{BACK}?state=a+b"
    assert "going-on" in page.ids
    text = page.response.text
    assert re.search(rf'<noscript><meta http-equiv="refresh" content="2; url={BACK}\?state=a\+b">', text)
    assert re.search(r'<script src="/static/going_on\.[0-9a-f]{8}\.js"></script>', text)
    assert "clear-site-data" in page.response.headers
    assert world.cookie_of(alice.browser, "session") is None
    assert (await alice.browser.get(rp.authorize_url(prompt="none"))).answer["error"] == "login_required"


async def test_who_does_not_require_a_session_gets_neither_parameter(world: World) -> None:  # §2
    rp = await register(
        world,
        "rp-1",
        frontchannel_logout_session_required=False,
        frontchannel_logout_uri="https://rp-1.example/front?from=id",
    )
    alice = await world.visitor(rp)
    hint = (await reach(world, alice, rp))["hint"]
    assert (await alice.browser.get(end_session(id_token_hint=hint))).frames == [
        "https://rp-1.example/front?from=id"
    ]


async def test_a_registered_query_is_kept_before_iss_and_sid(world: World) -> None:
    rp = await register(world, "rp-1", frontchannel_logout_uri="https://rp-1.example/front?a=1&b=2")
    alice = await world.visitor(rp)
    claims = await reach(world, alice, rp)
    (frame,) = (await alice.browser.get(end_session(id_token_hint=claims["hint"]))).frames
    assert parse_qsl(urlsplit(frame).query) == [
        *(("a", "1"), ("b", "2"), ("iss", world.issuer)),
        ("sid", claims["sid"]),
    ]


async def test_without_a_return_address_the_page_stays_and_says_what_it_can_know(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    both = await register(world, "rp-2", backchannel_logout_uri="https://rp-2.example/out", name="Hai kênh")
    for one in (rp, both):
        await reach(world, alice, one)
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    assert len(page.frames) == 2
    assert "going-on" not in page.ids
    assert "http-equiv" not in page.response.text
    assert {"delivery-1", "delivery-2", "refresh", "open-services"} <= page.ids
    assert "delivery-3" not in page.ids, "a service of both channels is one row, by what it answers itself"
    assert page.response.text.count("không biết chắc kết quả") == 1
    assert "Đang gửi" in page.response.text
    later = await alice.browser.get(page.links["refresh"])
    assert "delivery-2" in later.ids
    assert later.frames == [], "each is loaded once: a sign-in that follows is not ended by looking again"
    assert frame_src(later) is None
    rows = await world.provider.database.read(
        lambda tx: tx.deliveries.of_logouts((later.response.url.params["r"],), 9)
    )
    kinds = sorted((row.client_id, row.kind) for row in rows)
    assert kinds == [
        ("rp-1", OutboxKind.FRONTCHANNEL_LOGOUT),
        ("rp-2", OutboxKind.BACKCHANNEL_LOGOUT),
        ("rp-2", OutboxKind.FRONTCHANNEL_LOGOUT),
    ]


async def test_a_link_back_stays_a_link(world: World, rp: RelyingParty, alice: Visitor) -> None:
    await reach(world, alice, rp)
    page = await alice.browser.get(end_session(client_id="rp-1", post_logout_redirect_uri=BACK))
    page = await alice.browser.press(page, "sign-out-here")
    assert len(page.frames) == 1
    assert (page.left_for, page.links["back"]) == (None, BACK)
    assert "going-on" not in page.ids
    assert "http-equiv" not in page.response.text


async def test_where_asking_came_first_it_goes_on_too(world: World, rp: RelyingParty, alice: Visitor) -> None:
    hint = (await reach(world, alice, rp))["hint"]
    bob = await world.visitor(rp, "bob")
    claims = await reach(world, bob, rp)
    page = await bob.browser.get(end_session(id_token_hint=hint, post_logout_redirect_uri=BACK))
    page = await bob.browser.press(page, "sign-out-here")
    assert "going-on" in page.ids
    (frame,) = page.frames
    assert dict(parse_qsl(urlsplit(frame).query))["sid"] == claims["sid"], "of the session that ended"


async def test_sessions_of_other_browsers_are_not_this_browser_s_to_tell(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    here = await reach(world, alice, rp)
    phone = Visitor(person=alice.person, browser=world.browser())
    await world.signed_in(phone.browser, alice.person.person_id)
    await reach(world, phone, rp)
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-all")
    (frame,) = page.frames
    assert dict(parse_qsl(urlsplit(frame).query))["sid"] == here["sid"]
    assert page.response.text.count("Dịch vụ không hỗ trợ") == 1


async def test_whoever_holds_a_hint_alone_gets_no_frames(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    hint = (await reach(world, alice, rp))["hint"]
    await reach(world, alice, await register(world, "rp-2"))
    page = await world.browser().get(end_session(id_token_hint=hint))
    assert page.frames == []
    assert "rp-2" not in page.response.text


async def test_a_service_that_was_not_reached_is_not_loaded(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    await register(world, "rp-2")
    await alice.code(rp)  # never redeemed
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    assert page.frames == []


async def test_a_frame_can_t_lead_the_page_away_nor_learn_where_it_is(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    hint = (await reach(world, alice, rp))["hint"]
    page = await alice.browser.get(end_session(id_token_hint=hint))
    (tag,) = re.findall(r"<iframe [^>]*>", page.response.text)
    assert 'sandbox="allow-scripts allow-same-origin"' in tag
    assert 'referrerpolicy="no-referrer"' in tag
    assert page.response.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in page.response.headers["content-security-policy"]


async def test_the_language_can_be_switched_on_the_page_that_tells(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    await reach(world, alice, rp)
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    page = await alice.browser.press(page, "lang-en")
    assert page.status == 200
    assert "Signed out" in page.title
    assert "what came of it" in page.response.text
