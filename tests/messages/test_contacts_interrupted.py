"""What a person was about to do with an address is there after a mistake, and after a sign-in that ended meanwhile."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from idp.setting_values import SentCode
from tests.driver import Page
from tests.messages.office import Office, open_office
from tests.messages.test_contacts import HERE, Somebody, somebody

pytestmark = pytest.mark.network


@pytest.fixture
async def office(template: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(template, tmp_path, sign_in_codes=frozenset(SentCode)) as office:
        yield office


@pytest.fixture
async def huong(office: Office) -> Somebody:
    return await somebody(office)


async def signed_out_elsewhere(huong: Somebody) -> None:
    """End all other sessions, in another browser."""
    world = huong.office.world
    other = world.browser()
    await world.signed_in(other, huong.person.person_id)
    await other.press(await other.get("/account/sessions"), "sign-out-all")
    world.time.move(minutes=1)


async def signed_in_again(huong: Somebody, asked: Page) -> Page:
    """Sign in, and come to where the page leads back to."""
    assert "not-done" in asked.ids
    back = asked.form("submit")["fields"]["next"]
    await huong.office.world.signed_in(huong.browser, huong.person.person_id)
    return await huong.browser.get(back)


async def test_a_code_that_was_typed_after_the_session_ended_is_typed_again_after_signing_in(
    huong: Somebody,
) -> None:
    page = await huong.ask("moi@example.vn")
    code = await huong.code()
    await signed_out_elsewhere(huong)
    lost = await huong.browser.press(page, "submit", otp=code)
    page = await signed_in_again(huong, lost)
    assert {"page-contact-code", "otp"} <= page.ids
    assert "notice" in (await huong.browser.press(page, "submit", otp=code)).ids
    assert len(await huong.shown()) == 1


async def test_a_code_on_its_way_is_told_on_the_list_and_leads_to_where_it_is_typed(huong: Somebody) -> None:
    assert not {"waits-email", "waits-phone"} & (await huong.browser.get(HERE)).ids
    await huong.ask("moi@example.vn")
    page = await huong.browser.get(HERE)
    assert ("waits-email" in page.ids, "waits-phone" in page.ids) == (True, False)
    assert "m•••••i@example.vn" in page.response.text
    page = await huong.browser.get(page.links["enter-email"])
    page = await huong.browser.press(page, "submit", otp=await huong.code())
    assert "notice" in page.ids
    assert "waits-email" not in page.ids


@pytest.mark.parametrize("act", ["remove", "sign-in"])
async def test_what_was_asked_of_one_address_is_asked_again_after_signing_in(
    huong: Somebody, act: str
) -> None:
    await huong.add("cu@example.vn")
    page = await huong.browser.get(HERE)
    link = next(url for id_, url in page.links.items() if id_.startswith(f"{act}-"))
    page = await huong.browser.get(link)
    await signed_out_elsewhere(huong)
    again = await signed_in_again(huong, await huong.browser.press(page, "submit"))
    assert again.title == page.title


async def test_a_mistake_while_one_of_two_is_changed_keeps_the_form_and_what_was_typed(
    huong: Somebody,
) -> None:
    await huong.add("mot@example.vn")
    huong.office.world.time.move(seconds=1)  # the first stands first
    await huong.add("hai@example.vn")
    page = await huong.browser.get(HERE)
    assert "email" not in page.ids, "there are two"
    link = next(url for id_, url in page.links.items() if id_.startswith("change-"))
    page = await huong.ask("ba@", page=await huong.browser.get(link))
    assert {"error", "error-email", "email"} <= page.ids
    assert 'value="ba@"' in page.response.text
    page = await huong.ask("thuba@example.vn", page=page)
    await huong.browser.press(page, "submit", otp=await huong.code())
    shown = (await huong.browser.get(HERE)).response.text
    assert "t•••••a@example.vn" in shown
    assert "m•••••t@example.vn" not in shown, "it was changed, not added"
