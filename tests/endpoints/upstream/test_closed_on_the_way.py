"""Somebody is at the national system while their account closes here: they come back as who is new here (adr/0049)."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.audit.events import EventType
from idp.ids import PersonId
from idp.people.model import PersonStatus
from tests.driver import Page, RelyingParty
from tests.endpoints.test_account_rights import begin_closing, run_closing
from tests.national import Traveller
from tests.world import World

pytestmark = pytest.mark.network


async def to_account(huong: Traveller) -> Page:
    """Sign in to the account itself."""
    page = await huong.browser.press(await huong.browser.get("/account"), "submit")
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    if page.left_for is None:
        page = await huong.browser.press(page, "submit")
    assert page.left_for is not None
    return await huong.return_with(await huong.sign_in_there(page.left_for))


async def closed(world: World) -> None:
    """Let the week go by, and the job run, while whoever is away stays within their half hour."""
    world.time.moment += timedelta(days=8)
    assert await run_closing(world) == 1
    world.time.moment = datetime.now(UTC)


async def sub_of(world: World, rp: RelyingParty, huong: Traveller, page: Page) -> str:
    if "allow" in page.ids:
        page = await huong.browser.press(page, "allow")
    return str((await rp.claims_of(world.http, page.answer["code"]))["sub"])


@pytest.mark.parametrize("asks", [{}, {"acr_values": "urn:haiphong:acr:high"}, {"prompt": "login"}])
async def test_who_was_away_comes_back_to_an_account_of_their_own_and_to_nothing_of_the_old(
    world: World, huong: Traveller, asks: dict[str, str]
) -> None:
    rp = await world.client()
    assert "page-account-home" in (await to_account(huong)).ids
    before = await sub_of(world, rp, huong, await huong.browser.get(rp.authorize_url()))
    await begin_closing(world, huong.browser)
    (created,) = await world.records(EventType.PERSON_CREATED)
    back = await huong.sign_in_there(await huong.leave(rp, **(asks or {"max_age": "0"})))
    await closed(world)
    page = await huong.return_with(back)
    assert "first-login" in page.ids, "they are told that an account was made"
    assert await sub_of(world, rp, huong, page) != before
    assert await world.status_of(PersonId(created.subject_ref.removeprefix("person:"))) is PersonStatus.LOCKED
    if (
        "page-account-home" not in (await huong.browser.get("/account")).ids
    ):  # a level that opens it is missing
        await to_account(huong)
    history = await huong.browser.get("/account/history")
    assert "page-history" in history.ids
    assert "Gửi yêu cầu về dữ liệu" not in history.response.text
    assert "closing" not in (await huong.browser.get("/account/data")).ids
