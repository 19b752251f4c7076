"""What a person is told of their passwords is what signs in: those of records merged into theirs too (adr/0036)."""

import re

import pytest

from idp.credentials.service import mark_compromised
from idp.database import Done
from idp.people.model import Person
from idp.transaction import Tx
from tests.driver import Browser, Page
from tests.endpoints.merged import Duplicates
from tests.endpoints.signing_in import password_page, try_password, without_code
from tests.world import PASSWORD, World

METHODS = "/account/methods"


@pytest.fixture
async def two(world: World) -> Duplicates:
    """One person whose standing record has no password; the record merged into it has one, and an authenticator."""
    winner = await world.person("winner")
    loser, as_loser = await world.citizen("loser")
    return Duplicates(world, winner, loser, as_loser, as_loser)


async def shown(world: World, person: Person, path: str = "/account") -> Page:
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    return await browser.get(path)


def text_of(page: Page, element: str, id_: str) -> str:
    (found,) = re.findall(rf'<{element}[^>]*id="{id_}".*?</{element}>', page.response.text, re.DOTALL)
    return str(found)


async def opens(two: Duplicates, name: str) -> tuple[Browser, Page]:
    browser = two.world.browser()
    form = await password_page(browser, await two.world.client("portal"))
    return browser, await try_password(browser, form, name, PASSWORD)


async def test_a_password_of_a_merged_record_is_a_way_to_sign_in_and_shown_with_its_name(
    two: Duplicates,
) -> None:
    world = two.world
    await two.confirm()
    assert "otp" in (await opens(two, "loser"))[1].ids
    overview = await shown(world, two.winner)
    assert text_of(overview, "li", "way-password").count("ứng dụng") == 1, (
        "its own authenticator is asked for"
    )
    methods = await shown(world, two.winner, METHODS)
    assert {"set-password", "remove-password"} <= methods.ids
    assert "loser" in text_of(methods, "li", "method-password")


async def test_a_password_that_asks_for_no_code_is_not_said_to_ask_for_one(two: Duplicates) -> None:
    """Another record's authenticator stands beside that record's password alone."""
    world = two.world
    standing, _ = await world.citizen("standing")
    await without_code(world, standing)
    await Duplicates(world, standing, two.loser, two.as_loser, two.as_loser).confirm()
    browser, _ = await opens(two, "standing")
    assert world.cookie_of(browser, "session") is not None
    overview = await shown(world, standing)
    assert "ứng dụng" not in text_of(overview, "li", "way-password")
    methods = text_of(await shown(world, standing, METHODS), "li", "method-password")
    assert "standing" in methods
    assert "loser" in methods


async def test_a_password_of_a_merged_record_that_others_know_is_said_so_and_is_no_way(
    two: Duplicates,
) -> None:
    world = two.world
    await two.confirm()

    def mark(tx: Tx) -> Done[None]:
        ended = mark_compromised(
            tx, two.winner.person_id, reason="leaked", actor="operator:lan", occasion=world.occasion
        )
        assert ended is not None
        return Done(None)

    await world.write(mark)
    assert "otp" not in (await opens(two, "loser"))[1].ids
    overview = await shown(world, two.winner)
    assert "way-password" not in overview.ids
    methods = await shown(world, two.winner, METHODS)
    assert {"password-compromised", "remove-password"} <= methods.ids
    form = await shown(world, two.winner, f"{METHODS}/password")
    browser = world.browser()
    await world.signed_in(browser, two.winner.person_id)
    form = await browser.get(f"{METHODS}/password")
    refused = await browser.press(form, "submit", None, **{"new-password": PASSWORD, "username": "huong.nt"})
    assert "error" in refused.ids, "the one that others know is not set again"


async def test_removing_the_password_removes_what_was_shown(two: Duplicates) -> None:
    world = two.world
    await two.confirm()
    browser = world.browser()
    await world.signed_in(browser, two.winner.person_id)
    page = await browser.press(await browser.get(f"{METHODS}/remove?m=password"), "submit", None)
    assert "remove-password" not in page.ids
    assert "way-password" not in (await browser.get("/account")).ids
    assert "otp" not in (await opens(two, "loser"))[1].ids
