"""What stands in the account's pages on who acts for whom is nobody's business but theirs whom it concerns (adr/0029)."""

import re
from dataclasses import replace

import pytest

from idp.audit.events import EventType
from idp.organisations.model import Organisation, OrganisationKind, OrganisationScheme
from tests.endpoints import mandating
from tests.endpoints.mandating import HOME, Somebody, company, somebody
from tests.world import World

lan, minh, harbour = mandating.lan, mandating.minh, mandating.harbour  # fixtures


async def test_an_offer_to_nobody_reads_like_one_to_somebody(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation
) -> None:
    del world, harbour
    pages = []
    for number in (minh.person.profile.personal_id, "031190999998"):
        profile = replace(minh.person.profile, personal_id=number)
        receipt = await lan.offer(replace(minh.person, profile=profile))
        pages.append(
            re.sub(
                r'(••• \d+|id="receipt-number">[^<]*|value="[^"]*"|[?&;]i=[\w-]*)', "", receipt.response.text
            )
        )
    assert pages[0] == pages[1]


async def test_nothing_is_shown_to_whom_it_is_no_business_of(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation
) -> None:
    stranger = await somebody(world, "Lê Thị Lạ")
    receipt = await lan.offer(minh.person)
    offer_id = str(receipt.response.url).rpartition("=")[2]
    _, mandate_id = await lan.manage()
    for path in (
        f"organisation?m={mandate_id}",
        f"person?m={mandate_id}",
        f"firm?m={mandate_id}",
        f"clients?m={mandate_id}",
        f"receipt?a=offered&i={offer_id}",
        f"receipt?a=taken&i={mandate_id}",
        f"act?a=take&i={offer_id}",
        f"act?a=take-back&i={offer_id}",
        f"act?a=end&i={mandate_id}",
        f"act?a=end-firm&i={mandate_id}",
        f"act?a=confirm&i={mandate_id}",
        f"act?a=nothing&i={mandate_id}",
        "receipt?a=firm&i=x",
    ):
        page = await stranger.browser.get(f"{HOME}/{path}")
        assert "page-mandates" in page.ids, path
        assert harbour.name not in page.response.text, path


@pytest.mark.usefixtures("harbour")
async def test_a_stranger_who_posts_is_refused_and_it_is_recorded(
    world: World, lan: Somebody, minh: Somebody
) -> None:
    await lan.offer(minh.person)
    await minh.answer()
    page, _ = await lan.manage()
    link = next(url for id_, url in page.links.items() if id_.startswith("revoke-"))
    stranger = await somebody(world, "Lê Thị Lạ")
    form = (await stranger.home()).form("theme-dark")["fields"]
    page = await stranger.browser.post(link, {"csrf": form["csrf"], "go": "yes"})
    assert "page-mandates" in page.ids
    refused = await world.records(EventType.MANDATE_REFUSED)
    assert [(event.payload["act"], event.payload["rule"]) for event in refused] == [("end", "not-allowed")]
    page = await stranger.browser.post(link, {"go": "yes"})
    assert page.status == 403


async def test_no_number_stands_in_a_page_a_url_or_the_record(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation
) -> None:
    del harbour
    receipt = await lan.offer(minh.person)
    number = minh.person.profile.personal_id
    page, _ = await lan.manage()
    assert number not in receipt.response.text + page.response.text + str(receipt.response.url)
    assert all(number not in repr(event.payload) for event in await world.records())


async def test_a_household_businesss_owner_is_called_that_and_no_number_is_shown(
    world: World, lan: Somebody
) -> None:
    number = lan.person.profile.personal_id
    kind, scheme = OrganisationKind.HOUSEHOLD_BUSINESS, OrganisationScheme.PERSONAL_ID
    await company(world, lan, name="Hộ kinh doanh Lan", kind=kind, scheme=scheme, identifier=number)
    home = await lan.home()
    assert "Chủ hộ kinh doanh" in home.response.text
    page, _ = await lan.manage()
    assert number not in home.response.text + page.response.text
