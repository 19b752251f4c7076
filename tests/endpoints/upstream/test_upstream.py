"""Signing in at the national system and coming back – Core §3.1.2.5, DESIGN 5.3, 5.12, 5.16; SECURITY E02, R21."""

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from sqlalchemy import update

from idp import metrics
from idp.audit.events import EventType
from idp.database import Done
from idp.limits.model import Limit
from idp.limits.store import limits
from idp.people.model import IdentifierScheme, PersonStatus
from idp.protocol.facts import LocalLogin
from idp.transaction import Tx
from idp.worker import look_once
from tests.counted import Since
from tests.driver import Page, RelyingParty
from tests.federation.national_driver import HOA, HUONG, REDIRECT_URI
from tests.federation.national_process import Process
from tests.national import Traveller, order_fault
from tests.world import PERSONAL, World, open_world

pytestmark = pytest.mark.network

SILENT = "0200000007"


def assert_expired(page: Page) -> None:
    assert page.left_for is None
    assert (page.status, page.case) == (400, "expired")


def assert_only_counted(world: World, events: list[str], rp: RelyingParty, *, times: int = 1) -> None:
    """Where nobody was proved there is no event, but a summary that names the client (DESIGN 5.9, class 1)."""
    assert events == []
    (summary,) = world.provider.summaries.take(world.provider.clock, all_minutes=True)
    told = {name: summary.payload[name] for name in ("what", "client_id", "count")}
    assert told == {"what": "upstream:refused", "client_id": rp.client_id, "count": times}


async def test_a_citizen_comes_back_with_what_the_national_system_knows(
    world: World, huong: Traveller
) -> None:
    rp = await world.client("rp-p", **PERSONAL)
    page = await huong.sign_in(rp, scope="openid profile vn.id_number", acr_values="LoA2")
    assert {"page-consent", "first-login"} <= page.ids
    page = await huong.browser.press(page, "allow")
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    claims = await rp.verify(world.http, tokens["id_token"])
    assert claims["acr"] == "urn:haiphong:acr:substantial"
    assert claims["amr"] == ["pwd", "otp"]
    assert (claims["ial"], claims["idp"]) == (2, "national")
    userinfo = (await world.userinfo(tokens["access_token"])).json()
    assert userinfo["name"] == "Nguyễn Thị Hương"
    assert userinfo["vn_id_number"] == HUONG
    assert HUONG not in str(claims)
    assert await world.events(EventType.PERSON_CREATED, EventType.PERSON_LINKED) == [
        EventType.PERSON_CREATED,
        EventType.PERSON_LINKED,
    ]


@pytest.mark.parametrize("signed_in", [False, True])
async def test_prompt_create_leads_straight_to_where_accounts_begin(
    rp: RelyingParty, huong: Traveller, *, signed_in: bool
) -> None:  # User Registration 1.0 §4.1
    if signed_in:
        await huong.browser.press(await huong.sign_in(rp), "allow")
        huong.world.time.move(seconds=2)
    page = await huong.browser.get(rp.authorize_url(prompt="create"))
    if page.left_for is None:
        page = await huong.browser.press(page, "submit")  # the page before the first journey there
    assert page.left_for is not None
    assert page.left_for.startswith(huong.national.issuer)
    back = await huong.browser.get(await huong.cancel_there(page.left_for))
    assert {"page-sign-in", "method-national"} <= back.ids, "whoever turned round there may choose"


async def test_the_same_account_is_the_same_person_ever_after(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:
    subs = []
    for _ in range(2):
        page = await huong.sign_in(rp, prompt="login")
        if page.left_for is None:
            page = await huong.browser.press(page, "allow")
        tokens = (await rp.redeem(world.http, page.answer["code"])).json()
        subs.append((await rp.verify(world.http, tokens["id_token"]))["sub"])
    assert subs[0] == subs[1]
    assert len(await world.events(EventType.PERSON_CREATED)) == 1


async def test_the_address_of_the_next_page_is_shown_the_first_time_only(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:  # PAGES 3.1.2
    page = await huong.browser.get(rp.authorize_url())
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    assert national.issuer.removeprefix("http://") in page.response.text
    policy = page.response.headers["content-security-policy"]
    assert f"form-action 'self' {national.issuer} https://rp-c.example;" in policy
    page = await huong.browser.press(page, "submit")
    assert page.left_for is not None
    assert rp.client_id not in page.left_for, "the service's name is not sent there"
    await huong.return_with(await huong.sign_in_there(page.left_for))
    world.time.move(seconds=1)
    page = await huong.browser.get(rp.authorize_url(prompt="login"))
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    assert page.left_for is not None


async def test_begun_in_one_browser_and_finished_in_another_neither_gets_a_code(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:  # DESIGN 5.12
    address = await huong.sign_in_there(await huong.leave(rp))
    other = Traveller(world, national, world.browser())
    assert_expired(await other.return_with(address))
    assert world.cookie_of(other.browser, "session") is None
    assert_expired(await huong.return_with(address))
    assert world.cookie_of(huong.browser, "session") is None
    page = await huong.browser.get(f"/authorize/resume?i={huong.interaction}")
    assert "page-sign-in" in page.ids
    person = await world.person()
    await world.signed_in(huong.browser, person.person_id)
    await world.agree(person.person_id, rp)
    page = await huong.browser.get(f"/authorize/resume?i={huong.interaction}")
    assert page.left_for is None, "even signed in, this interaction gives no code any more"
    assert (page.status, page.case) == (409, "two-tabs")
    assert await world.events(EventType.INTERACTION_HIJACK_REFUSED, EventType.CODE_ISSUED) == [
        EventType.INTERACTION_HIJACK_REFUSED
    ]


async def test_a_burnt_interaction_can_t_go_to_the_national_system_again(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp))
    await Traveller(world, national, world.browser()).return_with(address)
    page = await huong.browser.get(f"/sign-in/national?i={huong.interaction}")
    page = await huong.browser.press(page, "submit")
    assert page.left_for is not None
    assert_expired(await huong.return_with(await huong.sign_in_there(page.left_for)))
    assert world.cookie_of(huong.browser, "session") is None


async def test_an_answer_counts_once(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:  # SECURITY E02
    address = await huong.sign_in_there(await huong.leave(rp))
    assert "page-consent" in (await huong.return_with(address)).ids
    assert_expired(await huong.return_with(address))
    assert await world.events(EventType.SESSION_STARTED) == [EventType.SESSION_STARTED]


async def test_an_answer_after_half_an_hour_is_too_late(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp))
    world.time.move(minutes=30)
    page = await huong.browser.get(address)
    assert_expired(page)


async def test_whoever_turns_back_there_may_choose_another_way(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:  # PAGES 3.1.2
    page = await huong.return_with(await huong.cancel_there(await huong.leave(rp)))
    assert {"page-sign-in", "notice", "method-password"} <= page.ids
    assert world.cookie_of(huong.browser, "session") is None
    assert world.provider.national_circuit.failures == 0, "somebody's no is no outage"


async def test_an_organisation_s_account_signs_nobody_in(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:
    page = await huong.sign_in(rp, SILENT)
    assert {"page-sign-in", "error"} <= page.ids
    assert world.cookie_of(huong.browser, "session") is None
    assert await world.events(EventType.PERSON_CREATED, EventType.UPSTREAM_REFUSED) == [
        EventType.UPSTREAM_REFUSED
    ]


async def test_a_level_01_account_reaches_the_low_level_only(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:  # DESIGN 5.3
    page = await huong.sign_in(rp, HOA, acr_values="LoA2")
    assert {"page-step-up", "error"} <= page.ids, "the level asked for was not reached"
    page = await huong.browser.press(page, "cancel")
    assert page.answer["error"] == "unmet_authentication_requirements"
    page = await huong.browser.get(rp.authorize_url(acr_values="LoA1"))
    page = await huong.browser.press(page, "allow")
    claims = await rp.verify(
        world.http, (await rp.redeem(world.http, page.answer["code"])).json()["id_token"]
    )
    assert (claims["acr"], claims["ial"]) == ("urn:haiphong:acr:low", 1)


async def test_the_high_level_asks_for_the_face(world: World, rp: RelyingParty, huong: Traveller) -> None:
    page = await huong.sign_in(rp, acr_values="urn:haiphong:acr:high")
    page = await huong.browser.press(page, "allow")
    claims = await rp.verify(
        world.http, (await rp.redeem(world.http, page.answer["code"])).json()["id_token"]
    )
    assert claims["acr"] == "urn:haiphong:acr:high"
    assert "face" in claims["amr"]


async def test_a_person_locked_here_is_told_so_and_gets_no_session(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:  # SECURITY B10
    await huong.sign_in(rp)
    person = await world.provider.database.read(
        lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, HUONG)
    )
    assert person is not None
    await world.set_status(person.person_id, PersonStatus.LOCKED)
    page = await huong.sign_in(rp)
    assert (page.status, page.case) == (403, "locked")
    assert (await world.events())[-1] == EventType.SIGN_IN_REFUSED
    page = await huong.browser.get(rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"


async def test_a_person_locked_between_recognising_and_beginning_is_told_so_and_it_is_recorded(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:  # SECURITY B10, DESIGN 5.7, 5.9 class 2
    await huong.sign_in(rp)
    before = world.cookie_of(huong.browser, "session")
    address = await huong.sign_in_there(await huong.leave(rp, prompt="login"))
    # Recognising has read the record when it notes the use of the link.
    await world.when("UPDATE OF last_used_at ON external_links", "UPDATE people SET status = 'locked'")
    page = await huong.return_with(address)
    assert (page.status, page.case) == (403, "locked")
    assert world.cookie_of(huong.browser, "session") == before, "no new one was begun"
    assert (await world.events())[-1] == EventType.SIGN_IN_REFUSED
    page = await huong.browser.get(rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"


@pytest.mark.parametrize("mode", ["down", "http500", "maintenance"])
async def test_an_outage_is_said_on_the_page_and_the_third_opens_the_circuit(
    world: World, national: Process, mode: str
) -> None:  # SECURITY R21, DESIGN 5.16
    rp = await world.client("rp-d", local_login=LocalLogin.DEGRADED)
    order_fault(national, mode)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    for _ in range(3):
        assert "method-password" not in page.ids
        page = await browser.get(f"/sign-in/national?i={page.interaction}")
        page = await browser.press(page, "submit")
        assert "page-sign-in" in page.ids
    assert {"error", "banner", "method-national-down", "method-password"} <= page.ids
    order_fault(national, "none")
    for _ in range(2):
        await look_once(world.provider)
    traveller = Traveller(world, national, browser)
    await traveller.sign_in(rp)
    assert world.provider.national_circuit.failures == 0


async def test_an_outage_on_the_way_back_leads_to_the_choice_and_no_session(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp))
    order_fault(national, "http500")
    page = await huong.return_with(address)
    assert {"page-sign-in", "error"} <= page.ids
    assert world.provider.national_circuit.failures == 1
    assert_only_counted(world, await world.events(EventType.UPSTREAM_REFUSED), rp)


async def test_a_flood_of_answers_nobody_vouches_for_is_one_summary(
    world: World, rp: RelyingParty, huong: Traveller, national: Process
) -> None:
    for _ in range(5):
        address = await huong.leave(rp)
        state = dict(parse_qsl(urlsplit(address).query))["state"]
        page = await huong.return_with(
            f"{REDIRECT_URI}?{urlencode({'state': state, 'iss': national.issuer})}"
        )
        assert {"page-sign-in", "error"} <= page.ids
    assert_only_counted(world, await world.events(EventType.UPSTREAM_REFUSED), rp, times=5)


@pytest.mark.parametrize("is_known", [True, False], ids=["known here", "unknown here"])
async def test_somebody_who_proved_too_little_is_on_record(
    world: World, rp: RelyingParty, huong: Traveller, national: Process, *, is_known: bool
) -> None:  # DESIGN 5.9, class 2
    if is_known:
        await huong.sign_in(rp)
    address = await huong.sign_in_there(await huong.leave(rp, acr_values="LoA2", prompt="login"))
    order_fault(national, "lower_acr")
    page = await huong.return_with(address)
    assert {"page-sign-in", "error"} <= page.ids
    (refused,) = await world.records(EventType.UPSTREAM_REFUSED)
    assert refused.payload == {
        "reason": "the level is lower than asked, or unknown",
        "client_id": rp.client_id,
    }
    assert refused.subject_ref.startswith("person:") is is_known
    assert refused.actor == (refused.subject_ref or "system")
    assert world.provider.summaries.take(world.provider.clock, all_minutes=True) == ()


async def test_without_a_national_system_the_way_is_not_there(template: Path, tmp_path: Path) -> None:
    async with open_world(template, tmp_path) as world:
        rp = await world.client()
        browser = world.browser()
        page = await browser.get(rp.authorize_url())
        assert "method-national" not in page.ids
        page = await browser.get(f"/sign-in/national?i={page.interaction}")
        assert "page-sign-in" in page.ids
        answer = await world.http.get(REDIRECT_URI.replace("8443", "8000"))
        assert answer.status_code == 400


async def test_an_address_that_departs_too_often_is_asked_to_wait_until_its_window_is_over(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:  # SECURITY E12: rows of strangers are bounded
    await huong.leave(rp)
    most = Limit.UPSTREAM.value.most

    def nearly(tx: Tx) -> Done[None]:
        tx.connection.execute(update(limits).values(count=most - 1))
        return Done(None)

    await world.write(nearly)
    await huong.leave(rp)
    page = await huong.browser.get(rp.authorize_url())
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    refused = await huong.browser.press(page, "submit")
    assert (refused.status, refused.case) == (429, "too-many")
    assert 0 < int(refused.response.headers["retry-after"]) <= Limit.UPSTREAM.value.window.total_seconds()
    world.time.moment += Limit.UPSTREAM.value.window
    page = await huong.browser.get(rp.authorize_url())
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    if page.left_for is None:
        page = await huong.browser.press(page, "submit")
    assert page.left_for is not None


async def test_what_came_of_each_journey_is_counted(rp: RelyingParty, huong: Traveller) -> None:
    since = Since(metrics.SIGN_INS)
    page = await huong.browser.get(rp.authorize_url())
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    page = await huong.browser.press(page, "submit")
    assert page.left_for is not None
    await huong.browser.get(await huong.cancel_there(page.left_for))
    await huong.sign_in(rp)

    assert since.counted == {("national", "cancelled"): 1, ("national", "signed-in"): 1}
