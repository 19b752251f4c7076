"""What a sign-out ends, whom it tells and what its page says – RP-Initiated Logout 1.0 §2; ASVS 10.6.2, SECURITY E19."""

from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import ClientId
from idp.outbox.model import Attempt
from idp.protocol.acting import ContextKind
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.endpoints.ending import BACK, is_signed_in, url
from tests.world import Visitor, World


async def test_a_request_that_brought_no_cookie_takes_none_away(world: World) -> None:  # ASVS 10.6.2
    """Another site can make a browser post here without our cookie; the answer must not sign it out."""
    for response in (
        await world.http.post("/end_session", data={"state": "x"}),
        await world.http.get("/end_session?state=x"),
    ):
        assert response.status_code == 303
        assert "set-cookie" not in response.headers
        assert "clear-site-data" not in response.headers


async def test_a_post_whose_cookie_stayed_behind_comes_again_by_get(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:
    """A SameSite=Lax cookie stays behind at a POST from another site and comes with a GET (RFC 6265bis §5.5)."""
    form = {"id_token_hint": hint, "post_logout_redirect_uri": BACK, "state": "a&b", "unknown": "x"}
    response = await world.http.post("/end_session", data=form)
    assert response.status_code == 303
    assert await is_signed_in(rp, alice), "nothing happened yet"
    assert "unknown" not in response.headers["location"]
    page = await alice.browser.get(response.headers["location"])
    assert page.left_for == f"{BACK}?state=a%26b"
    assert page.response.headers["clear-site-data"]
    assert not await is_signed_in(rp, alice)


async def test_whoever_holds_a_hint_ends_its_session_and_is_told_nothing_of_other_services(
    world: World,
) -> None:
    """A relying party's server has no cookie: which services its person used is none of its business."""
    rp = await world.client()
    other = await world.client("rp-other", backchannel_logout_uri="https://rp-other.example/backchannel")
    alice = await world.visitor(rp)
    await world.agree(alice.person.person_id, other)
    hint = (await world.tokens(rp, alice))["id_token"]
    await world.tokens(other, alice)
    stranger = world.browser()
    page = await stranger.post("/end_session", {"id_token_hint": hint})
    assert "page-signed-out" in page.ids
    assert "r=" not in str(page.response.url)
    assert not {"delivery-1", "open-services"} & page.ids
    assert not await is_signed_in(rp, alice)
    told = await world.provider.database.read(
        lambda tx: tx.deliveries.of_client(ClientId("rp-other"), 9, states=("waiting",))
    )
    assert len(told) == 1, "it hears of it all the same"


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
        lambda tx: tx.deliveries.of_logouts((page.response.url.params["r"],), 9)
    )
    found = {message.client_id: message for message in messages}
    assert {client_id: one.state.value for client_id, one in found.items()} == {
        "rp-1": "waiting",
        "rp-2": "unsupported",
    }
    assert found["rp-1"].payload["sid"] == claims["sid"]
    assert found["rp-1"].payload["sub"] == claims["sub"]
    assert {"delivery-1", "delivery-2", "open-services"} <= page.ids
    assert "Dịch vụ không hỗ trợ" in page.response.text
    assert await world.events(EventType.SESSION_ENDED) == [EventType.SESSION_ENDED]


async def test_a_code_that_was_never_redeemed_reached_nobody(world: World) -> None:
    rp = await world.client("rp-1", backchannel_logout_uri="https://rp-1.example/backchannel")
    alice = await world.visitor(rp)
    await alice.code(rp)
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    assert not {"delivery-1", "open-services"} & page.ids


async def test_the_page_tells_what_each_service_answered(world: World) -> None:
    """PAGES 3.1.12, in both languages and without a script: acknowledged, still trying, refused, never answered."""
    asked = ("rp-good", "rp-slow", "rp-refusing", "rp-dead", "rp-new")
    rps = [
        await world.client(name, name=name, name_en="", backchannel_logout_uri=f"https://{name}.example/out")
        for name in asked
    ]
    alice = await world.visitor(rps[0])
    for rp in rps:
        await world.agree(alice.person.person_id, rp)
        await world.tokens(rp, alice)
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    url_of_results = str(page.response.url)
    logout_id = page.response.url.params["r"]
    assert page.response.text.count(sending := "Đang gửi</") == 5
    now = world.time()
    outcomes = {
        "rp-good": (Attempt(status=204), None),
        "rp-slow": (Attempt(error="timeout"), now + timedelta(minutes=2)),
        "rp-refusing": (Attempt(status=400), None),
        "rp-dead": (Attempt(status=503), None),
    }

    def answer(tx: Tx) -> Done[None]:
        for message in tx.deliveries.of_logouts((logout_id,), 9):
            if message.client_id in outcomes:
                attempt, again = outcomes[message.client_id]
                tx.outbox.settle(message.message_id, attempt, now=now, next_at=again)
        return Done(None)

    await world.write(answer)
    vietnamese = (await alice.browser.get(url_of_results)).response.text
    english = (await alice.browser.get(url_of_results, cookie="hpid-lang=en")).response.text
    for text, words in (
        (
            vietnamese,
            "Đã đóng lúc 08:00:00|Chưa trả lời, thử lại lúc 08:02|Dịch vụ từ chối đóng|Không trả lời sau",
        ),
        (english, "Closed at 08:00:00|No answer yet, next try 08:02|The service refused|No answer after"),
    ):
        for word in words.split("|"):
            assert text.count(word) == 1, word
    assert sending in vietnamese
    assert 'id="refresh"' in vietnamese


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
    page = await alice.browser.get(url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert "page-signed-out" in page.ids
    assert page.left_for is None
    assert BACK not in page.response.text
    assert not await is_signed_in(await world.client("rp-other"), alice)


async def test_the_endpoint_is_for_browsers(world: World) -> None:
    response: httpx.Response = await world.http.put("/end_session")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_an_official_is_led_to_no_citizens_account(world: World, alice: Visitor) -> None:
    for realm, leads in (("official", False), ("citizen", True)):
        fields = (await alice.browser.get("/recover")).form("theme-dark")["fields"]
        page = await alice.browser.post("/end_session/confirm", {**fields, "where": "here", "realm": realm})
        assert "page-signed-out" in page.ids
        assert ("submit" in page.ids, "officials-again" in page.ids) == (leads, not leads)
        assert ("/account/sign-in" in page.response.text) is leads


HOME = "https://egov.example/"


@pytest.mark.parametrize("is_asked", [True, False])
@pytest.mark.parametrize("for_whom", [ContextKind.PERSON, ContextKind.OFFICIAL])
async def test_without_an_address_to_return_to_the_page_leads_to_the_service_s_home(
    world: World, alice: Visitor, for_whom: ContextKind, *, is_asked: bool
) -> None:
    await world.client(
        "egov", name="Egov thử", name_en="", client_uri=HOME, subject_contexts=frozenset({for_whom})
    )
    browser = alice.browser if is_asked else world.browser()
    page = await browser.get(url(client_id="egov"))
    if "sign-out-here" in page.ids:
        page = await browser.press(page, "sign-out-here")
    assert page.links["back"] == HOME
    assert "Về Egov thử" in page.response.text
    assert (await world.browser().get(str(page.response.url))).links["back"] == HOME


async def test_a_service_without_a_home_a_disabled_one_and_an_unknown_one_are_led_to_nowhere(
    world: World,
) -> None:
    await world.client("no-home")
    await world.client("gone", client_uri=HOME, enabled=False)
    for name in ("no-home", "gone", "nobody", ""):
        page = await world.browser().get(f"/signed-out?{urlencode({'c': name})}")
        assert page.status == 200, (name, page.title)
        assert page.links["back"] == "/", name


async def test_who_is_signed_in_is_never_told_that_they_are_signed_out(world: World, alice: Visitor) -> None:
    for query in ("", "?r=x", f"?r={'0' * 32}"):
        page = await alice.browser.get(f"/signed-out{query}")
        assert page.title.startswith("Vẫn đang đăng nhập"), query
        assert "still-in" in page.ids
        assert page.links["sign-out"] == "/end_session"
        assert "Không còn phiên nào mở" not in page.response.text
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    results = str(page.response.url)
    assert page.title.startswith("Đã đăng xuất")
    assert "still-in" not in page.ids
    await world.signed_in(alice.browser, alice.person.person_id)
    assert "still-in" in (await alice.browser.get(results)).ids, "by Back, or by a link that was kept"
    assert "still-in" not in (await world.browser().get(results)).ids


async def test_what_no_sign_out_of_ours_is_called_is_counted_as_none(world: World) -> None:
    page = await world.browser().get("/signed-out?r=x.y.z")
    assert "Không còn phiên nào mở" in page.response.text
