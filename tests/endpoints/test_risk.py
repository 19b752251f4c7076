"""What stands out asks for more, waits, tells, and is on record; it never lowers or locks – SECURITY E12, risk.md."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from idp.audit.events import EventType
from idp.conflicts.model import ConflictKind, ConflictState
from idp.ids import ClientId
from idp.protocol.assurance import Acr
from idp.risk.model import Arrival, Place, Thresholds
from idp.risk_settings import RiskSettings
from tests.driver import Browser, RelyingParty
from tests.endpoints.signing_in import password_page, try_password, without_code
from tests.endpoints.test_devices import come, devices, told
from tests.world import PASSWORD, World, open_world

FEW = RiskSettings(accounts_on_device=3, accounts_at_address=3, burst_at_service=0)
PLACES = {
    "north": Place(name="north", latitude=20.86, longitude=106.68),
    "south": Place(name="south", latitude=10.78, longitude=106.7),
}


@pytest.fixture
async def strict(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    """A provider for which three are a crowd."""
    async with open_world(template, tmp_path, risk=FEW) as world:
        yield world


def arrival(browser: str, **changes: object) -> Arrival:
    return Arrival(**{"client_id": ClientId("rp-c"), "fresh": browser, "places": PLACES, **changes})  # type: ignore[arg-type]


async def by_password(world: World, rp: RelyingParty, name: str, browser: Browser) -> int:
    """Sign in with a password alone; return the status of the last page."""
    page = await try_password(browser, await password_page(browser, rp), name, PASSWORD)
    return page.status if page.left_for is None else 303


async def crowd(
    world: World, rp: RelyingParty, number: int, headers: list[dict[str, str]] | None = None
) -> None:
    """Let people sign in, each in a browser of their own."""
    for each in range(number):
        _, citizen = await world.citizen(f"one-{each}")
        browser = world.browser()
        browser.client.headers.update(headers[each] if headers else {})
        await come(world, rp, citizen, browser)
        assert world.cookie_of(browser, "session")


async def signals(world: World) -> list[object]:
    return [one.payload.get("signals") for one in await world.records(EventType.SESSION_STARTED)]


async def test_where_many_new_ones_come_a_password_alone_waits_and_a_stronger_way_goes_on(
    strict: World,
) -> None:
    rp = await strict.client()
    await crowd(strict, rp, 3)
    assert (await signals(strict))[-1] == {"accounts-at-address": 3, "new-device": 1}
    weak, _ = await strict.citizen("weak")
    await without_code(strict, weak)
    browser = strict.browser()
    assert await by_password(strict, rp, "weak", browser) == 429
    assert strict.cookie_of(browser, "session") is None
    assert strict.cookie_of(browser, "device") is None
    assert await devices(strict, weak.person_id) == ()
    (refused,) = await strict.records(EventType.SIGN_IN_REFUSED)
    assert refused.payload["signals"] == {"accounts-at-address": 4, "new-device": 1}
    assert refused.payload["outcomes"] == ["case", "delay", "notify"]
    _, strong = await strict.citizen("strong")
    browser = strict.browser()
    await come(strict, rp, strong, browser)
    assert strict.cookie_of(browser, "session"), "two factors go on"
    strict.time.move(hours=1, seconds=1)
    browser = strict.browser()
    await by_password(strict, rp, "weak", browser)
    assert strict.cookie_of(browser, "session"), "and it waits no longer than the crowd is there"


async def test_a_forged_address_of_the_caller_changes_no_count(strict: World) -> None:  # E12
    rp = await strict.client()
    names = ("x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip")
    forged = [dict.fromkeys(names, f"198.51.100.{each}") for each in range(3)]
    await crowd(strict, rp, 3, forged)
    assert (await signals(strict))[-1] == {"accounts-at-address": 3, "new-device": 1}


async def test_a_crowd_is_a_case_about_nobody_and_only_counted_again_the_same_day(strict: World) -> None:
    rp = await strict.client()
    await crowd(strict, rp, 5)
    (case,) = await strict.provider.database.read(
        lambda tx: tx.conflicts.list(ConflictState.OPEN, 10, ConflictKind.SIGN_INS)
    )
    assert (case.people, case.count) == ((), 3)
    today = strict.time().date().isoformat()
    assert case.facts == {"signal": "accounts-at-address", "network": "127.0.0.0/24", "day": today}


async def test_at_desks_and_kiosks_nobody_is_counted(template: Path, tmp_path: Path) -> None:
    at_desk = RiskSettings(accounts_on_device=2, accounts_at_address=2, shared_networks="127.0.0.0/8")  # type: ignore[arg-type]
    async with open_world(template, tmp_path, risk=at_desk) as world:
        rp = await world.client()
        await crowd(world, rp, 3)
        assert await signals(world) == [{"new-device": 1}] * 3


async def test_in_a_session_that_stood_out_a_proof_counts_for_ten_minutes(strict: World) -> None:
    rp = await strict.client(default_acr=Acr.SUBSTANTIAL)
    people = [await strict.person(f"one-{each}") for each in range(3)]
    browser = strict.browser()
    for each, person in enumerate(people):
        await strict.agree(person.person_id, rp)
        held = "" if each == 0 else "a" * 43
        await strict.signed_in(
            browser, person.person_id, arrival=arrival("a" * 43, held=held, thresholds=_of(FEW))
        )
        strict.time.move(minutes=5)
    assert (await signals(strict))[-1] == {"accounts-on-device": 3, "new-device": 1}
    assert "code" in (await browser.get(rp.authorize_url(prompt="none"))).answer
    assert "page-account-home" in (await browser.get("/account")).ids
    strict.time.move(minutes=6)
    assert (await browser.get(rp.authorize_url(prompt="none"))).answer["error"] == "login_required"
    assert "page-account-sign-in" in (await browser.get("/account")).ids
    low = await strict.client("rp-low", default_acr=Acr.LOW)
    await strict.agree(people[-1].person_id, low)
    assert "code" in (await browser.get(low.authorize_url(prompt="none"))).answer, "what is low goes on"


def _of(risk: RiskSettings) -> Thresholds:
    return Thresholds(accounts_on_device=risk.accounts_on_device, accounts_at_address=0, burst_at_service=0)


async def test_level_high_at_a_new_service_right_after_a_new_browser_is_proved_for_that_request(
    world: World,
) -> None:
    rp = await world.client(default_acr=Acr.HIGH)
    known = await world.client("rp-known", default_acr=Acr.HIGH)
    person, other = await world.person(), world.browser()
    await world.agree(person.person_id, rp)
    await world.agree(person.person_id, known)
    await world.signed_in(other, person.person_id, acr=Acr.HIGH)
    await other.get(known.authorize_url())
    world.time.move(minutes=1)
    browser = world.browser()
    await world.signed_in(browser, person.person_id, acr=Acr.HIGH, arrival=arrival("a" * 43))
    world.time.move(minutes=2)
    assert (await browser.get(rp.authorize_url(prompt="none"))).answer["error"] == "login_required"
    assert "code" in (await browser.get(known.authorize_url(prompt="none"))).answer, "it knows that one"
    asked = await browser.get(rp.authorize_url())
    assert asked.left_for is None
    world.time.move(seconds=10)
    await world.signed_in(browser, person.person_id, acr=Acr.HIGH, arrival=arrival("b" * 43, held="a" * 43))
    page = await browser.get(f"/authorize/resume?i={asked.interaction}")
    assert "code" in page.answer, "who has proved it for this request goes on"
    issued = (await world.records(EventType.CODE_ISSUED))[-1]
    assert issued.payload["signals"] == {"hasty-act": 130}
    assert issued.payload["outcomes"] == ["ask-more", "notify"]
    assert {"new_device", "unusual_sign_in"} <= set(await told(world, person.person_id))
    world.time.move(minutes=9)
    assert "code" in (await browser.get(rp.authorize_url(prompt="none"))).answer, "and later nothing is asked"


async def test_two_places_too_far_apart_are_told_and_ask_for_more_though_the_browser_is_known(
    world: World,
) -> None:
    person, browser = await world.person(), world.browser()
    for place in ("north", "south"):
        came = arrival("a" * 43, held="a" * 43 if place == "south" else "", place=place)
        await world.signed_in(browser, person.person_id, arrival=came)
        world.time.move(minutes=30)
    assert (await signals(world))[-1].keys() == {"travel"}  # type: ignore[attr-defined]
    assert sorted(await told(world, person.person_id)) == ["new_device", "unusual_sign_in"]
    (here,) = await devices(world, person.person_id)
    assert here.place == "south"


async def test_the_history_says_in_words_what_stood_out_and_what_followed(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id, arrival=arrival("a" * 43))
    page = await browser.get("/account/history")
    assert "trình duyệt mới" in page.response.text
    assert "đã báo cho chủ tài khoản" in page.response.text
