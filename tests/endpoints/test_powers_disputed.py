"""Power that was given, or taken, in what somebody says was not theirs ends with it, whoever has it (adr/0051)."""

import pytest

from idp.audit.events import EventType
from idp.organisations.model import Organisation
from tests.driver import Page
from tests.endpoints import mandating
from tests.endpoints.mandating import HOME, MANAGED, Somebody, appoint_firm, name_themselves, somebody
from tests.world import World

lan, minh, harbour = mandating.lan, mandating.minh, mandating.harbour  # fixtures


async def ended(world: World) -> list[tuple[object, object]]:
    """Return who lost power, and why."""
    return [(one.subject_ref, one.payload["reason"]) for one in await world.records(EventType.MANDATE_ENDED)]


async def disown(world: World, who: Somebody, event_type: EventType, *, last: int = 1) -> Page:
    """Say of one of the last events of a kind that it was not theirs; return the page that says what came of it."""
    event = [one for one in await world.records(event_type) if who.person.person_id in str(one.subject_ref)][
        -last
    ]
    page = await who.browser.get(f"/account/history/not-me?e={event.event_id}")
    assert "ends-power" in page.ids
    page = await who.browser.press(page, "submit")
    assert "page-account-locked" in page.ids
    return page


async def given_and_taken(world: World, giver: Somebody, taker: Somebody, **how: str) -> None:
    world.time.move(minutes=1)
    await giver.offer(taker.person, **how)
    world.time.move(minutes=1)
    assert "Đã nhận lời" in (await taker.answer()).response.text


@pytest.mark.usefixtures("harbour")
async def test_an_accomplice_who_took_it_has_it_no_more_and_others_have_theirs(
    world: World, lan: Somebody, minh: Somebody
) -> None:
    employee = await somebody(world, "Trần Thị Hải")
    await given_and_taken(world, lan, employee)
    await given_and_taken(world, lan, minh, role="administrator")
    assert MANAGED.findall((await minh.home()).response.text)
    page = await disown(world, lan, EventType.MANDATE_OFFERED)
    assert await ended(world) == [(f"person:{minh.person.person_id}", "disputed by its giver")]
    assert not MANAGED.findall((await minh.home()).response.text)
    assert "Cảng Xanh" in (await employee.home()).response.text
    assert "others-act" in page.ids, "what was given at other times is to be looked at"
    assert page.links["see-mandates"] == HOME


@pytest.mark.usefixtures("harbour")
async def test_where_nobody_else_acts_nothing_is_said_of_others(
    world: World, lan: Somebody, minh: Somebody
) -> None:
    await given_and_taken(world, lan, minh)
    assert "others-act" not in (await disown(world, lan, EventType.MANDATE_OFFERED)).ids


async def test_a_firm_loses_what_was_given_to_it_with_all_its_people(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation
) -> None:
    world.time.move(minutes=1)
    await appoint_firm(world, lan, minh)
    world.time.move(minutes=1)
    await name_themselves(minh)
    assert harbour.name in (await minh.home()).response.text
    await disown(world, lan, EventType.FIRM_APPOINTED)
    (firm,) = await world.records(EventType.FIRM_ENDED)
    assert firm.payload["reason"] == "disputed by its giver"
    assert [who for who, _ in await ended(world)] == [f"person:{minh.person.person_id}"]


@pytest.mark.usefixtures("harbour")
async def test_who_has_not_taken_it_lays_it_down_by_that_word(
    world: World, lan: Somebody, minh: Somebody
) -> None:
    await given_and_taken(world, lan, minh, role="administrator")
    await disown(world, minh, EventType.MANDATE_GIVEN)
    assert await ended(world) == [(f"person:{minh.person.person_id}", "disputed by its holder")]


@pytest.mark.usefixtures("harbour")
async def test_what_the_register_gave_stands_whatever_is_said(world: World, lan: Somebody) -> None:
    (event,) = await world.records(EventType.MANDATE_GIVEN)
    page = await lan.browser.get(f"/account/history/not-me?e={event.event_id}")
    assert "ends-power" not in page.ids
    await lan.browser.press(page, "submit")
    assert await ended(world) == []
