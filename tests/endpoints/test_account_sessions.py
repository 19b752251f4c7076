"""Where somebody is signed in, and ending it there (PAGES §3.1.15); attack row G01."""

from idp.audit.events import EventType
from idp.ids import ClientId
from idp.people.model import Person
from tests.driver import Browser, Page
from tests.world import World

HERE = "/account/sessions"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.7444.59 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-S921B) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"


async def _signed_in(world: World, person: Person, agent: str = "") -> Browser:
    browser = world.browser()
    await world.signed_in(browser, person.person_id, agent=agent)
    return browser


def _ends(page: Page) -> set[str]:
    return {one for one in page.ids if one.startswith("end-session-")}


def _end(page: Page) -> str:
    (only,) = _ends(page)
    return only


async def test_each_session_says_its_device_and_the_services_it_reached(world: World) -> None:
    rp = await world.client()
    there = await world.visitor(rp)
    await world.tokens(rp, there)
    here = await _signed_in(world, there.person, agent=WINDOWS)
    await _signed_in(world, there.person, agent=PHONE)
    await _signed_in(world, there.person, agent="<b>\x00 curl/8")
    page = await here.get(HERE)
    assert {"page-sessions", "others", "sign-out-all"} <= page.ids
    assert len(_ends(page)) == 4
    facts = await world.provider.configuration.client(ClientId(rp.client_id))
    assert facts is not None
    assert facts.facts.name in page.response.text
    assert "Chrome, Windows" in page.response.text
    assert "Samsung Internet, Android" in page.response.text
    assert "537.36" not in page.response.text


async def test_one_session_is_ended_and_its_services_are_told(world: World) -> None:
    rp = await world.client(backchannel_logout_uri="https://rp.example/logout")
    there = await world.visitor(rp)
    tokens = await world.tokens(rp, there)
    its = _end(await there.browser.get(HERE))
    here = await _signed_in(world, there.person)
    page = await here.press(await here.get(HERE), its)
    assert {"page-signed-out", "delivery-1"} <= page.ids
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert "page-account-sign-in" in (await there.browser.get("/account")).ids
    assert "only-this" in (await here.get(HERE)).ids


async def test_all_others_end_and_this_one_stays(world: World) -> None:
    person = await world.person()
    browsers = [await _signed_in(world, person) for _ in range(3)]
    page = await browsers[0].press(await browsers[0].get(HERE), "sign-out-all")
    assert "page-signed-out" in page.ids
    shown = [(await one.get("/account")).ids for one in browsers]
    assert ["page-account-home" in ids for ids in shown] == [True, False, False]
    assert len(await world.records(EventType.SESSION_ENDED)) == 2


async def test_ending_this_one_signs_this_browser_out(world: World) -> None:
    browser = await _signed_in(world, await world.person())
    page = await browser.get(HERE)
    page = await browser.press(page, _end(page))
    assert "page-signed-out" in page.ids
    assert world.cookie_of(browser, "session") is None


async def test_g01_another_persons_session_is_nobodys_and_nothing_happens(world: World) -> None:
    hers, his = [await _signed_in(world, await world.person(name)) for name in ("alice", "bob")]
    of_him = _end(await his.get(HERE))
    page = await hers.get(HERE)
    assert of_him not in page.ids
    csrf = page.form(_end(page))["fields"]["csrf"]
    answers = []
    for name in (of_him.removeprefix("end-session-"), "nothing-like-it"):
        page = await hers.post(HERE, {"csrf": csrf, "session": name})
        answers.append((page.response.status_code, str(page.response.url), page.ids))
    assert answers[0] == answers[1], "whether there is such a session is not told"
    assert await world.records(EventType.SESSION_ENDED) == []
    assert "page-account-home" in (await his.get("/account")).ids


async def test_nothing_ends_without_the_value_against_forgery_or_from_another_site(world: World) -> None:
    browser = await _signed_in(world, await world.person())
    page = await browser.get(HERE)
    csrf = page.form(_end(page))["fields"]["csrf"]
    for fields, headers in (
        ({"session": "others"}, {}),
        ({"csrf": csrf + "x", "session": "others"}, {}),
        ({"csrf": csrf, "session": "others"}, {"sec-fetch-site": "cross-site"}),
    ):
        assert (await browser.post(HERE, fields, **headers)).status == 403
    assert (await browser.post(HERE, {"csrf": csrf})).status == 400
    assert await world.records(EventType.SESSION_ENDED) == []
