"""F04, E02, E11: a sign-in confirmed on a phone can't be taken over, guessed, replayed or had by a call – RFC 10027.

The fraud it must stand: somebody shows their own code to another person, near or far, by picture, link or voice.
"""

import asyncio

import pytest

from idp.audit.events import EventType
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin
from tests.attacks.log_lines import LogLines
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.phones import PHONE, Screen, at, confirm, open_code, phone, screen
from tests.world import World

HERE, ALSO_HERE, ELSEWHERE = "203.0.113.7", "203.0.113.99", "198.51.100.7"


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client()


def is_out(world: World, browser: Browser) -> bool:
    return world.cookie_of(browser, "session") is None


async def number_field(browser: Browser, shown: Screen, number: str) -> Page:
    return await browser.press(await open_code(browser, shown.code), "submit", number=number)


async def test_f04_opening_the_address_confirms_nothing_whatever_it_carries(
    world: World, rp: RelyingParty
) -> None:
    person = await world.person()
    mobile, shown = await phone(world, person.person_id), await screen(world, rp)
    for method in ("GET", "HEAD"):
        for query in ("", f"?number={shown.number}", f"?number={shown.number}&decision=confirm&csrf=x"):
            await mobile.client.request(method, f"/q/{shown.code}{query}")
    assert await shown.state() == 204
    assert "match" in (await shown.go_on()).ids
    assert is_out(world, shown.browser)


async def test_f04_an_answer_from_another_site_or_without_our_page_is_none(
    world: World, rp: RelyingParty
) -> None:
    person = await world.person()
    mobile, shown = await phone(world, person.person_id), await screen(world, rp)
    page = await open_code(mobile, shown.code)
    csrf = page.form("submit")["fields"]["csrf"]
    for fields, headers in (
        ({"number": shown.number}, {}),
        ({"number": shown.number, "csrf": "x"}, {}),
        ({"number": shown.number, "csrf": csrf}, {"sec-fetch-site": "cross-site"}),
        (
            {"number": shown.number, "csrf": csrf},
            {"origin": "https://evil.example", "sec-fetch-site": "same-site"},
        ),
    ):
        refused = await mobile.post(f"/q/{shown.code}", fields, **headers)
        assert refused.status in {400, 403}, fields
    assert await shown.state() == 204


async def test_f04_the_number_is_nowhere_but_on_the_screen(
    world: World, rp: RelyingParty, log: LogLines
) -> None:
    """Whoever has the picture, the link or the code, but not the screen, does not know it."""
    person = await world.person()
    mobile = await phone(world, person.person_id)
    shown = [await screen(world, rp) for _ in range(12)]
    for one in shown:
        page = await open_code(mobile, one.code)
        main = page.response.text.partition("<main")[2].replace(f"{world.time():%H:%M}", "")
        assert f">{one.number}<" not in main
        assert f'value="{one.number}"' not in main
        assert one.code not in log.text
    assert '"/q/' in log.text, "the visit is logged, the code is not"
    assert len({one.number for one in shown}) > 1
    assert len({one.code for one in shown}) == len(shown)


async def test_f04_what_is_refused_at_an_address_with_a_code_leaves_no_code(
    world: World, rp: RelyingParty, log: LogLines
) -> None:
    mobile, shown = world.browser(), await screen(world, rp)
    made_up = "x" * 2_000
    for code in (shown.code, made_up, *(f"made-up-{number}" for number in range(10))):
        assert (await mobile.post(f"/q/{code}", {"csrf": "x"})).status in {400, 403}
        assert (await mobile.client.post(f"/q/{code}", content=b"{}")).status_code == 415
    told = world.provider.summaries.take(world.provider.clock, all_minutes=True)
    whats = {str(one.payload["what"]) for one in told}
    assert len(whats) == 2, whats
    for text in (log.text, *whats):
        assert shown.code not in text
        assert made_up not in text


async def test_f04_it_counts_in_the_browser_that_showed_it_alone_and_once(
    world: World, rp: RelyingParty
) -> None:
    person = await world.person()
    mobile, shown, thief = (
        await phone(world, person.person_id),
        await screen(world, rp),
        await screen(world, rp),
    )
    await confirm(mobile, shown)
    i = shown.page.interaction
    assert (await thief.browser.get(f"/sign-in/qr?i={i}")).case == "expired"
    assert (await thief.browser.client.get(f"/sign-in/qr/state?i={i}")).status_code == 400
    form = thief.page.form("submit")["fields"]
    assert (await thief.browser.post(f"/sign-in/qr/confirmed?i={i}", form)).case == "expired"
    assert "match" in (await thief.go_on()).ids, "the thief's own is not confirmed"
    assert is_out(world, thief.browser)
    answers = await asyncio.gather(*(shown.go_on() for _ in range(5)))
    assert sum("page-consent" in page.ids for page in answers) >= 1
    assert len(await world.events(EventType.SESSION_STARTED)) == 2, "the phone's, and one more"
    page = await open_code(mobile, shown.code)
    assert ("page-qr-answered" in page.ids, "number" in page.ids) == (True, False), "and the code is used"


async def test_f04_another_person_s_session_can_not_finish_what_one_has_begun(
    world: World, rp: RelyingParty
) -> None:
    alice, mallory = await world.person("alice"), await world.person("mallory")
    mine, other = await phone(world, alice.person_id), await phone(world, mallory.person_id)
    shown = await screen(world, rp)
    hers = await open_code(other, shown.code)
    await number_field(mine, shown, shown.wrong)
    assert "error" in (await other.press(hers, "submit", number=shown.number)).ids
    assert "page-qr-code" in (await other.press(hers, "deny")).ids
    assert "page-qr-answered" in (await number_field(mine, shown, shown.number)).ids
    await shown.go_on()
    sessions = await world.provider.database.read(lambda tx: tx.sessions.of_person(alice.person_id))
    assert len(sessions) == 2


async def test_e11_three_wrong_numbers_end_it_however_they_come(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    mobile = await phone(world, person.person_id)
    shown = await screen(world, rp)
    page = await open_code(mobile, shown.code)
    for typed in ("", "4", "4x", "４７", "470", " "):
        assert "error-number" in (await mobile.press(page, "submit", number=typed)).ids, typed
    for left in (2, 1):
        page = await mobile.press(page, "submit", number=shown.wrong)
        assert f"Còn {left} lần thử" in page.response.text
    page = await mobile.press(page, "submit", number=shown.wrong)
    assert "page-qr-answered" in page.ids
    assert "3 lần" in page.title
    page = await open_code(mobile, shown.code)
    assert ("page-qr-answered" in page.ids, "number" in page.ids) == (True, False)
    page = await shown.go_on()
    assert {"page-qr", "error"} <= page.ids
    records = await world.records(EventType.CROSS_DEVICE_REFUSED)
    assert [one.payload["reason"] for one in records] == ["wrong number", "wrong number", "wrong numbers"]

    shown = await screen(world, rp)
    page = await open_code(mobile, shown.code)
    numbers = [str(number) for number in range(10, 100) if str(number) != shown.number][:20]
    await asyncio.gather(*(mobile.press(page, "submit", number=number) for number in numbers))
    await mobile.press(page, "submit", number=shown.number)
    assert "error" in (await shown.go_on()).ids
    assert is_out(world, shown.browser)
    assert len(await world.events(EventType.CROSS_DEVICE_REFUSED)) == 6


async def test_e11_codes_can_not_be_guessed_and_a_wrong_one_tells_nothing(
    world: World, rp: RelyingParty
) -> None:
    person, other = await world.person(), await world.person("bob")
    mobile, shown = await phone(world, person.person_id), await screen(world, rp)
    used = await screen(world, rp)
    await confirm(await phone(world, other.person_id), used)
    said = set()
    for code in ("BBBB-BBBB", used.code, "no-code", "x" * 5_000):
        page = await open_code(mobile, code)
        assert "page-qr-code" in page.ids
        said.add(page.response.text.partition("<main")[2].partition("</main")[0].split("csrf")[0])
    assert len(said) == 1, "unknown, used and malformed are one"
    for _ in range(5):
        await open_code(mobile, "BBBB-BBBB")
    assert (await open_code(mobile, "CCCC-CCCC")).status == 200
    page = await open_code(mobile, shown.code)
    assert (page.status, page.case) == (429, "too-many"), "the right one too, until the window is over"
    stranger = at(world, agent=PHONE)
    pages = [(await open_code(stranger, code)) for code in ("BBBB-BBBB", shown.code, used.code)]
    assert all("page-qr-sign-in" in page.ids for page in pages), "who is not signed in learns nothing at all"


@pytest.mark.parametrize(
    ("screen_at", "phone_at", "city", "near"),
    [
        (HERE, ALSO_HERE, "", True),
        (HERE, ELSEWHERE, "", False),
        ("2001:db8:1:2::1", "2001:db8:1:9::1", "", True),
        ("2001:db8:1::1", "2001:db8:2::1", "", False),
        (HERE, "2001:db8:1::1", "", False),
        (HERE, ELSEWHERE, "203.0.113.0/24,198.51.0.0/16", True),
        (HERE, ELSEWHERE, "203.0.113.0/24", False),
        (HERE, "2001:db8:1::1", "203.0.0.0/8,2001:db8::/32", True),
    ],
)
async def test_f04_the_devices_must_be_near_each_other(
    world: World, rp: RelyingParty, screen_at: str, phone_at: str, city: str, near: bool
) -> None:
    networks = (
        type(world.provider.settings)
        .model_validate({**world.provider.settings.model_dump(), "qr_networks": city})
        .qr_networks
    )
    settings = world.provider.settings.model_copy(update={"qr_networks": networks})
    object.__setattr__(world.provider, "settings", settings)
    person = await world.person()
    mobile = await phone(world, person.person_id, phone_at)
    shown = await screen(world, rp, screen_at)
    page = await open_code(mobile, shown.code)
    if near:
        assert "page-qr-confirm" in page.ids
        return
    assert (page.status, page.case) == (403, "qr-far")
    (event,) = await world.records(EventType.CROSS_DEVICE_REFUSED)
    assert (event.actor, event.payload["reason"]) == (f"person:{person.person_id}", "far")
    page = await shown.go_on()
    assert {"page-qr", "error"} <= page.ids
    assert "quá xa" in page.response.text
    assert "page-qr-code" in (await open_code(mobile, shown.code)).ids, "and it is over, once"
    assert len(await world.events(EventType.CROSS_DEVICE_REFUSED)) == 1


async def test_f04_a_phone_that_moves_away_before_it_answers_is_far(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    mobile, shown = await phone(world, person.person_id, HERE), await screen(world, rp, HERE)
    page = await open_code(mobile, shown.code)
    moved = at(world, ELSEWHERE, PHONE)
    moved.client.cookies = mobile.client.cookies
    page = await moved.press(page, "submit", number=shown.number)
    assert (page.status, page.case) == (403, "qr-far")
    assert "error" in (await shown.go_on()).ids


async def test_e12_no_header_brings_the_devices_nearer(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    mobile, shown = await phone(world, person.person_id, ELSEWHERE), await screen(world, rp, HERE)
    for header in ("x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip"):
        page = await mobile.get(f"/q/{shown.code}", **{header: HERE})
        assert page.case == "qr-far" or "page-qr-code" in page.ids, header


async def test_f04_who_is_locked_or_signed_out_meanwhile_signs_nobody_in(
    world: World, rp: RelyingParty
) -> None:
    for name, ends in (("alice", "lock"), ("bob", "sign-out"), ("carol", "idle")):
        person = await world.person(name)
        mobile, shown = await phone(world, person.person_id), await screen(world, rp)
        page = await open_code(mobile, shown.code)
        if ends == "idle":
            world.time.move(minutes=29, seconds=30)
            shown = await screen(world, rp)
            page = await open_code(mobile, shown.code)
            world.time.move(seconds=40)
            assert "page-qr-sign-in" in (await mobile.press(page, "submit", number=shown.number)).ids
            continue
        await mobile.press(page, "submit", number=shown.number)
        if ends == "lock":
            await world.set_status(person.person_id, PersonStatus.LOCKED)
        else:
            await mobile.press(await mobile.get("/end_session"), "sign-out-here")
        page = await shown.go_on()
        assert page.case == "locked" or "error" in page.ids, ends
        assert is_out(world, shown.browser), ends


async def test_f04_a_session_that_came_so_opens_no_account_and_confirms_no_other(
    world: World, rp: RelyingParty
) -> None:
    """Else one confirmation that was had by a lie would bind a passkey of the liar's, or go on for ever."""
    person = await world.person()
    shown = await screen(world, rp)
    await confirm(await phone(world, person.person_id, acr=Acr.HIGH), shown)
    await shown.go_on()
    assert not is_out(world, shown.browser)
    for own in (
        "/account",
        "/account/methods/passkeys",
        "/account/methods/passkeys/add",
        "/account/mandates",
    ):
        assert "page-account-sign-in" in (await shown.browser.get(own)).ids, own
    second = await screen(world, rp)
    assert "page-qr-sign-in" in (await open_code(shown.browser, second.code)).ids
    high = await world.client("rp-high", default_acr=Acr.HIGH)
    page = await shown.browser.get(high.authorize_url(acr_values=Acr.HIGH.value))
    assert "page-step-up" in page.ids, "nor is it ever high"


async def test_f04_a_phone_that_is_itself_signed_in_anew_by_another_confirms_no_more(
    world: World, rp: RelyingParty
) -> None:
    """What was proved on the phone when it confirmed is what counts when the session begins."""
    person = await world.person()
    mobile, first, second = (
        await phone(world, person.person_id),
        await screen(world, rp),
        await screen(world, rp),
    )
    await confirm(mobile, first)
    world.time.move(seconds=1)
    page = await mobile.get(rp.authorize_url(prompt="login"))
    own = Screen(mobile, await mobile.press(page, "method-qr"))
    await world.signed_in(second.browser, person.person_id)
    await confirm(second.browser, own)
    await own.go_on()
    page = await first.go_on()
    assert {"page-qr", "error"} <= page.ids
    assert is_out(world, first.browser)


async def test_f04_an_official_s_session_confirms_nothing_and_is_not_had_so(world: World) -> None:
    plain = await world.client("rp-low", local_login=LocalLogin.LOW)
    person = await world.person()
    mobile, shown = await phone(world, person.person_id), await screen(world, plain)
    cookie = world.cookie_of(mobile, "session")
    only_official = at(world, agent=PHONE)
    only_official.client.cookies.set("hpid-official", cookie or "", domain="localhost.local", path="/")
    assert "page-qr-sign-in" in (await open_code(only_official, shown.code)).ids


async def test_f04_a_browser_holds_few_and_an_address_is_limited(world: World, rp: RelyingParty) -> None:
    browser = at(world)
    for _ in range(8):
        page = await browser.get(rp.authorize_url())
        for _ in range(3):
            await browser.press(page, "method-qr")
    waiting = await world.provider.database.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM cross_device_sign_ins").scalar_one()
    )
    assert waiting == 8, "one an interaction, of which a browser holds four"
    assert len({name for name in browser.client.cookies if name.startswith("hpid-i-")}) <= 4
    world.time.move(minutes=10)
    await world.clean_up()
    assert (
        await world.provider.database.read(
            lambda tx: tx.connection.exec_driver_sql(
                "SELECT count(*) FROM cross_device_sign_ins"
            ).scalar_one()
        )
        == 0
    )
