"""What the overview warns of, in its order; "it was me", and forgetting a browser – PAGES §3.1.13, §3.1.15."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.audit.events import EventType
from idp.cases.model import Case, CaseKind
from idp.cases.service import close_case
from idp.citizen.alerts import CARD_BEFORE, MANDATE_BEFORE, Known, alerts, unsaid
from idp.database import Done
from idp.days import day_of
from idp.ids import ClientId, PersonId
from idp.life_events.model import Ground
from idp.life_events.rules import WARNED_BEFORE
from idp.life_events.service import lift_ground
from idp.people.asked import SearchReason, read_text
from idp.protocol.acting import ContextKind, MandateFacts
from idp.protocol.context import Choice, Obstacle
from idp.reports.finding import find_people
from idp.risk.model import Arrival, KnownDevice
from idp.transaction import Tx
from idp.ui.alert_rows import AlertKind
from tests.driver import Browser
from tests.world import World

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
TODAY = day_of(NOW)
days = st.integers(min_value=-400, max_value=400).map(lambda ahead: TODAY + timedelta(days=ahead))
DEVICE = KnownDevice(
    device_id="d",
    name="Chrome, Windows",
    client_id=ClientId("portal"),
    place="",
    first_seen_at=NOW,
    last_seen_at=NOW,
    is_public=False,
    acknowledged_at=None,
)


CASE = Case(case_id="7K2M", kind=CaseKind.NOT_ME, person_id=PersonId("p"), opened_at=NOW)


def kinds(known: Known) -> list[AlertKind]:
    return [one.kind for one in alerts(known, now=NOW)]


def power(until: datetime | None, obstacle: Obstacle | None = None) -> Choice:
    """A mandate that ends then."""
    facts = MandateFacts(mandate_id="m", role="maker", source="appointed", ends_at=until)
    return Choice(
        kind=ContextKind.ORGANISATION, choice_id="m", name="Cảng Xanh", mandate=facts, obstacle=obstacle
    )


def test_of_an_account_with_nothing_to_warn_of_nothing_is_said() -> None:
    assert alerts(Known(), now=NOW) == ()


def test_all_of_them_stand_in_the_order_of_the_page() -> None:
    known = Known(
        closes_at=NOW + timedelta(days=7),
        case=CASE,
        held_until=NOW + timedelta(days=1),
        password_known=True,
        devices=(DEVICE,),
        card_expires_on=TODAY.isoformat(),
        residence_until=TODAY.isoformat(),
        ways=1,
        looked_at=NOW,
        choices=(power(NOW + timedelta(days=1)),),
    )
    assert kinds(known) == list(AlertKind)


@given(days)
def test_papers_are_warned_of_from_their_days_on(day: date) -> None:
    is_card = AlertKind.CARD in kinds(Known(card_expires_on=day.isoformat()))
    assert is_card is (day <= TODAY + CARD_BEFORE), "also when it is past: until there is another"
    is_residence = AlertKind.RESIDENCE in kinds(Known(residence_until=day.isoformat()))
    assert is_residence is (TODAY <= day <= TODAY + WARNED_BEFORE)


@given(st.timedeltas(min_value=timedelta(days=-40), max_value=timedelta(days=40)))
def test_a_power_is_warned_of_in_its_last_fortnight_and_while_it_may_be_used(ahead: timedelta) -> None:
    found = kinds(Known(choices=(power(NOW + ahead), power(None))))
    assert (AlertKind.MANDATE in found) is (timedelta() < ahead <= MANDATE_BEFORE)
    assert kinds(Known(choices=(power(NOW + ahead, Obstacle.CONTESTED),))) == []


@given(st.integers(min_value=0, max_value=5))
def test_who_has_one_way_only_is_encouraged_to_have_two(ways: int) -> None:  # SP 800-63B-4, row 29
    assert (AlertKind.ONE_METHOD in kinds(Known(ways=ways))) is (ways < 2)


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=60)))
def test_a_case_is_told_of_while_it_is_open_and_two_weeks_after(ago: timedelta) -> None:
    assert kinds(Known(case=replace(CASE, opened_at=NOW - ago))) == [AlertKind.CASE]
    closed = alerts(Known(case=replace(CASE, opened_at=NOW - ago, closed_at=NOW - ago)), now=NOW)
    assert [one.is_past for one in closed] == ([True] if ago <= timedelta(days=14) else [])


async def test_who_disputed_something_finds_their_case_when_they_are_back(world: World) -> None:
    _, home, _ = await two_browsers(world)
    page = await home.get("/account")
    page = await home.press(await home.get(page.links["not-me"]), "submit", what="guided")
    assert "page-account-locked" in page.ids
    (event,) = await world.records(EventType.CASE_OPENED)
    person_id, case_id = PersonId(event.subject_ref.removeprefix("person:")), str(event.payload["case_id"])

    def unlock(tx: Tx) -> Done[bool]:
        why = "card seen"
        return Done(lift_ground(tx, person_id, Ground.HOLDER, why, actor="t", occasion=world.occasion))

    await world.write(unlock)
    back = world.browser()
    await world.signed_in(back, person_id)
    page = await back.get("/account")
    assert {"alert-case", "case", "see-methods"} <= page.ids
    assert case_id in page.response.text
    outcome = "caller known to the police"
    await world.write(
        lambda tx: close_case(tx, case_id, outcome, actor="operator:lan", occasion=world.occasion)
    )
    page = await back.get("/account")
    assert {"alert-case", "ask-outcome"} <= page.ids
    assert outcome not in page.response.text
    world.time.move(days=15)
    later = world.browser()
    await world.signed_in(later, person_id)
    assert "alert-case" not in (await later.get("/account")).ids


@given(
    st.timedeltas(min_value=timedelta(), max_value=timedelta(days=60)),
    st.sampled_from(["d", "other", ""]),
    st.booleans(),
)
def test_a_device_is_new_for_a_month_and_never_on_itself(ago: timedelta, here: str, is_said: bool) -> None:
    device = replace(DEVICE, first_seen_at=NOW - ago, acknowledged_at=NOW if is_said else None)
    is_shown = bool(unsaid(Known(devices=(device,), here=here), NOW))
    assert is_shown is (ago < timedelta(days=30) and here != "d" and not is_said)


def test_of_several_new_devices_the_latest_is_shown_and_the_others_counted() -> None:
    older = [replace(DEVICE, device_id=f"o{n}", first_seen_at=NOW - timedelta(days=n)) for n in (3, 1, 2)]
    (alert,) = alerts(Known(devices=tuple(older)), now=NOW)
    assert (alert.device_id, alert.others) == ("o1", 2)


async def arrive(
    world: World, person_id: PersonId, browser: Browser, cookie: str, client: str = "rp-c"
) -> None:
    came = Arrival(client_id=ClientId(client), fresh=cookie)
    agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"
    await world.signed_in(browser, person_id, arrival=came, agent=agent)
    world.time.move(minutes=1)


async def two_browsers(world: World) -> tuple[Any, Browser, Browser]:
    """Somebody at home, and a sign-in elsewhere."""
    await world.client()
    person, home, elsewhere = await world.person(), world.browser(), world.browser()
    await arrive(world, person.person_id, home, "a" * 43)
    await arrive(world, person.person_id, elsewhere, "b" * 43)
    return person, home, elsewhere


async def said(world: World, person_id: PersonId) -> list[bool]:
    found = await world.provider.database.read(lambda tx: tx.devices.of_person(person_id, world.time(), 10))
    ordered = sorted(found, key=lambda one: one.first_seen_at)
    return [one.acknowledged_at is not None for one in ordered]


async def test_that_it_was_me_is_said_on_another_device_and_never_on_the_new_one(world: World) -> None:
    person, home, elsewhere = await two_browsers(world)
    page = await home.get("/account")
    assert {"alert-new-device", "not-me", "was-me", "alert-one-method", "add-passkey"} <= page.ids
    assert "Chrome, Windows" in page.response.text
    fields = page.form("was-me")["fields"]
    there = await elsewhere.get("/account")
    assert there.form("was-me")["fields"]["device"] != fields["device"], "each sees the other"
    await elsewhere.press(there, "was-me", device=fields["device"])
    assert await said(world, person.person_id) == [False, False], "who is there proves nothing by saying so"
    page = await home.press(page, "was-me")
    assert "alert-new-device" not in page.ids
    assert await said(world, person.person_id) == [False, True]
    await home.press(there, "was-me", csrf=fields["csrf"], device=fields["device"])
    assert await world.events(EventType.DEVICE_ACKNOWLEDGED) == [EventType.DEVICE_ACKNOWLEDGED]


async def test_not_me_leads_to_the_very_sign_in(world: World) -> None:
    _, home, _ = await two_browsers(world)
    page = await home.get("/account")
    asked = await home.get(page.links["not-me"])
    assert "page-not-me" in asked.ids
    (_, elsewhere) = await world.records(EventType.SESSION_STARTED)
    assert page.links["not-me"] == f"/account/history/not-me?e={elsewhere.event_id}"


async def test_somebody_else_s_device_is_nobody_s(world: World) -> None:
    person, _, _ = await two_browsers(world)
    devices = await world.provider.database.read(
        lambda tx: tx.devices.of_person(person.person_id, world.time(), 10)
    )
    bob, his = await world.person("bob"), world.browser()
    await arrive(world, bob.person_id, his, "c" * 43)
    page = await his.get("/account/sessions")
    forget = next(one for one in page.buttons if one.startswith("forget-device-"))
    for device in devices:
        for deed in ("forget", "was-me"):
            action, fields = "/account/devices", page.form(forget)["fields"]
            await his.post(action, {**fields, "device": device.device_id, "do": deed})
    assert await said(world, person.person_id) == [False, False]
    assert await world.events(EventType.DEVICE_FORGOTTEN, EventType.DEVICE_ACKNOWLEDGED) == []


@pytest.mark.parametrize("fields", [{"do": "forget"}, {"device": "x"}, {"do": "all", "device": "x"}])
async def test_a_form_that_is_not_whole_is_refused(world: World, fields: dict[str, str]) -> None:
    _, home, _ = await two_browsers(world)
    page = await home.get("/account")
    csrf = page.form("was-me")["fields"]["csrf"]
    assert (await home.post("/account/devices", {"csrf": csrf, **fields})).status == 400


async def test_a_browser_is_forgotten_by_its_person_and_with_all_others(world: World) -> None:
    person, home, _ = await two_browsers(world)
    page = await home.get("/account/sessions")
    forgets = sorted(one for one in page.buttons if one.startswith("forget-device-"))
    assert len(forgets) == 2
    await home.press(page, "sign-out-all")
    page = await home.get("/account/sessions")
    (left,) = [one for one in page.buttons if one.startswith("forget-device-")]
    page = await home.press(page, left)
    assert not [one for one in page.buttons if one.startswith("forget-device-")]
    assert await said(world, person.person_id) == []
    assert await world.events(EventType.DEVICE_FORGOTTEN) == [EventType.DEVICE_FORGOTTEN]


async def test_signing_out_everywhere_forgets_every_browser(world: World) -> None:
    person, home, _ = await two_browsers(world)
    await home.press(await home.get("/end_session"), "sign-out-all")
    assert await said(world, person.person_id) == []


async def test_an_official_who_looked_is_told_on_the_overview(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    assert "alert-official-looked" not in (await browser.get("/account")).ids

    def look(tx: Any) -> Done[Any]:
        vault = world.provider.vault
        return find_people(
            tx,
            read_text("+84539900001"),
            vault=vault,
            reason=SearchReason.DESK,
            actor="operator:x",
            occasion=world.occasion,
        )

    await world.write(look)
    page = await browser.get("/account")
    assert "alert-official-looked" in page.ids
    shown = re.findall(r'id="(alert-[a-z-]+)" aria', page.response.text)
    assert shown == ["alert-one-method", "alert-official-looked"]
    world.time.move(days=15)
    await world.signed_in(browser, person.person_id)
    assert "alert-official-looked" not in (await browser.get("/account")).ids
