"""Signing in to the account itself, without a relying party (adr/0031)."""

import re
from datetime import datetime, timedelta

from idp.days import VIETNAM_TIME, day_of
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from idp.ui.formatting import date_time
from idp.ui.language import Language
from tests.world import World

HOME = "/account"


async def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(world: World) -> None:
    browser = world.browser()
    page = await browser.get(f"{HOME}?p=2")
    assert "page-account-sign-in" in page.ids
    page = await browser.press(page, "submit")
    assert "page-sign-in" in page.ids
    person = await world.person()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(f"/sign-in?i={page.interaction}")
    assert str(page.response.url).endswith(f"{HOME}?p=2")
    assert "page-account-home" in page.ids


async def test_a_sign_in_to_the_account_gives_no_code_and_asks_no_consent(world: World) -> None:
    browser = world.browser()
    page = await browser.press(await browser.get(HOME), "submit")
    person = await world.person()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    assert page.left_for is None
    assert "code=" not in str(page.response.url)
    assert [event.type.value for event in await world.records()] == ["session:started"]


async def test_the_overview_tells_what_happened_last(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    await world.signed_in(world.browser(), (await world.person()).person_id)  # somebody else's is not shown
    page = await browser.get(HOME)
    shown = [one for one in page.ids if one.startswith("event-")]
    (own,) = [event for event in await world.records() if event.subject_ref == f"person:{person.person_id}"]
    assert shown == [f"event-{own.event_id}"]
    assert "all-history" in page.ids


async def test_what_happened_lately_is_dated_as_people_say_it_and_in_full_beside(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)  # PAGES §4.3
    at = world.time().astimezone(VIETNAM_TIME)
    full = date_time(at, Language.VI)
    for days, words in ((0, "hôm nay"), (1, "hôm qua"), (2, None)):
        world.time.move(days=days - (day_of(world.time()) - at.date()).days)
        await world.signed_in(browser, person.person_id)
        for path in (HOME, f"{HOME}/sessions") if days == 0 else (HOME,):  # no session lasts a day
            text = (await browser.get(path)).response.text
            shown = f"{at:%H:%M} {words}" if words else full
            found = re.findall(r'<time class="num" datetime="([^"]+)" title="([^"]+)">([^<]+)</time>', text)
            same = [one for one in found if datetime.fromisoformat(one[0]) == at]
            assert {one[1:] for one in same} == {(full, shown)}, (path, days)


async def test_a_level_below_substantial_and_city_credentials_do_not_open_the_account(world: World) -> None:
    person = await world.person()
    for acr, idp in ((Acr.LOW, "national"), (Acr.SUBSTANTIAL, "haiphong")):
        browser = world.browser()
        await world.signed_in(browser, person.person_id, acr=acr, idp=idp)
        assert "page-account-sign-in" in (await browser.get(HOME)).ids, acr


async def test_who_is_locked_meanwhile_is_not_shown_the_account(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    assert "page-account-home" in (await browser.get(HOME)).ids
    await world.set_status(person.person_id, PersonStatus.LOCKED)
    assert "page-account-sign-in" in (await browser.get(HOME)).ids


async def test_the_account_is_no_client_of_any_endpoint(world: World) -> None:
    query = "client_id=hpid:account&response_type=code&scope=openid&redirect_uri="
    page = await world.browser().get(f"/authorize?{query}{world.issuer}{HOME}")
    assert page.case == "untrusted-client"
    form = {"grant_type": "authorization_code", "code": "x", "client_id": "hpid:account"}
    answer = await world.http.post("/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_place_to_go_back_to_is_a_page_of_the_account_or_the_first_of_them(world: World) -> None:
    person = await world.person()
    for place in ("https://evil.example/", "//evil.example", "/account/../token", "/account/mandates?m=%2F"):
        browser = world.browser()
        page = await browser.press(await browser.get(HOME), "submit", next=place)
        await world.signed_in(browser, person.person_id)
        page = await browser.get(f"/sign-in?i={page.interaction}")
        assert str(page.response.url) == f"{world.issuer}{HOME}", place


async def test_going_back_from_the_sign_in_leads_to_the_account(world: World) -> None:
    browser = world.browser()
    page = await browser.press(await browser.get(HOME), "submit")
    page = await browser.press(page, "cancel")
    assert page.left_for is None
    assert "page-account-sign-in" in page.ids


async def test_a_sign_in_older_than_ten_minutes_is_asked_again_before_anything_changes(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    world.time.moment += timedelta(minutes=10, seconds=1)
    assert "page-account-home" in (await browser.get(HOME)).ids
    page = await browser.get(f"{HOME}/mandates/act?a=take&i=nothing")
    assert "page-account-sign-in" in page.ids
    page = await browser.press(page, "submit")
    assert "page-sign-in" in page.ids, "the session there is does not do"
    await world.signed_in(browser, person.person_id)
    page = await browser.get(f"/sign-in?i={page.interaction}")
    assert "page-mandates" in page.ids, "there is no such offer, so it led on to the overview"
