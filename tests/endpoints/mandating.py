"""People who act for organisations, at their browsers: the account's pages on mandates, driven from outside."""

import re
from dataclasses import dataclass, replace
from typing import Any

import pytest

from idp.database import Done
from idp.ids import OrganisationId
from idp.mandates.service import replace_representatives
from idp.organisations.model import Organisation
from idp.people.model import Person
from tests.driver import Browser, Page
from tests.organisations.samples import make_organisation
from tests.world import World

HOME = "/account/mandates"
MANAGED = re.compile(r'id="manage-([A-Za-z0-9_-]+)"')
"""The mandates by which somebody manages an organisation, on their page."""
ON = [("area-tax", "yes")]
TERM = {"first-day": "02/03/2026", "last-day": "31/12/2026"}


@dataclass
class Somebody:
    """A person signed in at their browser."""

    person: Person
    browser: Browser

    async def home(self) -> Page:
        return await self.browser.get(HOME)

    async def manage(self) -> tuple[Page, str]:
        """Open the page of the one organisation they manage."""
        mandate_id = MANAGED.findall((await self.home()).response.text)[0]
        return await self.browser.get(f"{HOME}/organisation?m={mandate_id}"), mandate_id

    async def offer(self, to: Person, *, role: str = "maker", **changes: Any) -> Page:
        """Offer a mandate, and return the last page of it."""
        _, mandate_id = await self.manage()
        page = await self.browser.get(f"{HOME}/person?m={mandate_id}")
        values = {"number": to.profile.personal_id, "full-name": to.profile.full_name, **TERM, **changes}
        extra = values.pop("areas", ON)
        page = await self.browser.press(page, "submit", extra=[*extra, ("role", role)], **values)
        return await self.browser.press(page, "submit") if "page-mandate-offer" in page.ids else page

    async def answer(self, *, yes: bool = True) -> Page:
        """Answer the one offer there is."""
        home = await self.home()
        link = next(url for id_, url in home.links.items() if id_.startswith("answer-offer-"))
        page = await self.browser.get(link)
        return await self.browser.press(page, "submit" if yes else "decline")

    async def act(self, page: Page, beginning: str) -> Page:
        """Follow a link and do what it asks."""
        link = next(url for id_, url in page.links.items() if id_.startswith(beginning))
        return await self.browser.press(await self.browser.get(link), "submit")


_numbers = iter(range(100, 999_999))


async def somebody(world: World, name: str, **changes: Any) -> Somebody:
    number = next(_numbers)
    person = await world.person(f"u{number}")
    profile = replace(person.profile, full_name=name, personal_id=f"031190{number:06d}", phone="", **changes)
    person = replace(person, profile=profile)
    await world.write(lambda tx: Done(tx.people.update(person)))
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    return Somebody(person=person, browser=browser)


async def company(world: World, director: Somebody, **changes: Any) -> Organisation:
    found = make_organisation(**changes)

    def add(tx: Any) -> Done[None]:
        tx.organisations.add(found)
        replace_representatives(
            tx,
            OrganisationId(found.organisation_id),
            [director.person.person_id],
            actor="register",
            occasion=world.occasion,
        )
        return Done(None)

    await world.write(add)
    return found


async def appoint_firm(world: World, client: Somebody, boss: Somebody) -> None:
    """Let a new firm of `boss` act for the one organisation of `client`."""
    firm = await company(world, boss, name="Công ty TNHH Kế toán Sao Biển")
    _, mandate_id = await client.manage()
    page = await client.browser.get(f"{HOME}/firm?m={mandate_id}")
    filled = {**TERM, "tax-code": firm.identifier}
    page = await client.browser.press(page, "submit", extra=[*ON, ("role", "maker")], **filled)
    assert "Đã giao việc" in (await client.browser.press(page, "submit")).response.text


async def name_themselves(boss: Somebody) -> None:
    """Let the firm's director act for its one client."""
    _, mandate_id = await boss.manage()
    page = await boss.browser.get(f"{HOME}/clients?m={mandate_id}")
    me = re.findall(rf'<option value="([^"]+)">{boss.person.profile.full_name}<', page.response.text)[0]
    name_it = next(one for one in page.buttons if one.startswith("name-"))
    assert "page-mandate-receipt" in (await boss.browser.press(page, name_it, person=me)).ids


@pytest.fixture
async def lan(world: World) -> Somebody:
    return await somebody(world, "Đoàn Thị Lan")


@pytest.fixture
async def minh(world: World) -> Somebody:
    return await somebody(world, "Vũ Đức Minh")


@pytest.fixture
async def harbour(world: World, lan: Somebody) -> Organisation:
    return await company(world, lan, name="Công ty TNHH Cảng Xanh")
