"""G02: to give or take what one does not hold oneself, to raise oneself, and to approve what one has asked for.

The one place where people hand rights on by themselves is the account's pages on who acts for an organisation.
"""

import re

import pytest

from idp.audit.events import EventType
from idp.organisations.model import Organisation
from tests.driver import Page
from tests.endpoints import mandating
from tests.endpoints.mandating import HOME, MANAGED, TERM, Somebody, somebody
from tests.world import World

lan, minh, harbour = mandating.lan, mandating.minh, mandating.harbour  # fixtures
pytestmark = pytest.mark.usefixtures("harbour")
GIVING = (EventType.MANDATE_OFFERED, EventType.MANDATE_GIVEN, EventType.MANDATE_ENDED)


async def post(who: Somebody, path: str, *fields: tuple[str, str]) -> Page:
    """Send a form that no page offered, with a form token of the sender's own."""
    form = (await who.home()).form("theme-dark")["fields"]
    return await who.browser.post(f"{HOME}/{path}", [("csrf", form["csrf"]), *fields])


def offering(to: Somebody, role: str, *areas: str) -> list[tuple[str, str]]:
    named = [("number", str(to.person.profile.personal_id)), ("full-name", to.person.profile.full_name)]
    return [*named, *TERM.items(), ("role", role), *((f"area-{area}", "yes") for area in areas)]


async def given(world: World) -> list[EventType]:
    return [event.type for event in await world.records(*GIVING)]


@pytest.mark.parametrize("role", ["maker", "administrator"])
async def test_g02_who_acts_for_a_company_gives_nobody_a_power_over_it(
    world: World, lan: Somebody, minh: Somebody, role: str
) -> None:
    friend = await somebody(world, "Lê Thị Bạn")
    await lan.offer(minh.person, role="maker")
    await minh.answer()
    _, directors = await lan.manage()
    held = await world.provider.database.read(
        lambda tx: tx.mandates.of_delegate(minh.person.person_id, since=world.time())
    )
    before = await given(world)
    for mandate_id in (directors, held[0].mandate_id):
        for to in (friend, minh):
            for go in ((), (("go", "yes"),)):
                page = await post(minh, f"person?m={mandate_id}", *offering(to, role, "tax"), *go)
                assert "page-mandate-receipt" not in page.ids
                page = await post(minh, f"firm?m={mandate_id}", *offering(to, role, "tax"), *go)
                assert "page-mandate-receipt" not in page.ids
    assert await given(world) == before


async def test_g02_an_administrator_gives_no_area_they_were_not_given(
    world: World, lan: Somebody, minh: Somebody
) -> None:
    friend = await somebody(world, "Lê Thị Bạn")
    await lan.offer(minh.person, role="administrator")  # for tax alone
    await minh.answer()
    before = await given(world)
    page = await minh.offer(friend.person, areas=[("area-tax", "yes"), ("area-land", "yes")])
    assert "page-mandate-receipt" not in page.ids
    assert await given(world) == before
    assert "page-mandate-receipt" in (await minh.offer(friend.person)).ids, "what they hold they may give"


async def test_g02_an_administrator_ends_no_representative_s_power(
    world: World, lan: Somebody, minh: Somebody
) -> None:
    await lan.offer(minh.person, role="administrator")
    await minh.answer()
    _, directors = await lan.manage()
    before = await given(world)
    for act in ("end", "confirm", "take-back"):
        await post(minh, f"act?a={act}&i={directors}", ("go", "yes"))
    assert await given(world) == before
    assert (await lan.manage())[1] == directors


async def test_g02_nobody_approves_their_own_proposal(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation
) -> None:
    await lan.offer(minh.person, role="administrator")
    await minh.answer()
    page, _ = await lan.manage()
    assert "Chưa có gì thay đổi" in (await lan.act(page, "revoke-")).response.text
    before = await given(world)
    (asked,) = await world.provider.database.read(
        lambda tx: tx.mandate_removals.of_principal(harbour.organisation_id)
    )
    for _ in range(2):
        await post(lan, f"act?a=confirm&i={asked.removal_id}", ("go", "yes"))
    assert await given(world) == before
    assert re.search(MANAGED, (await minh.home()).response.text), "who was to be removed is still there"
    refused = await world.records(EventType.MANDATE_REFUSED)
    assert {str(event.payload["act"]) for event in refused} == {"confirm removal"}
