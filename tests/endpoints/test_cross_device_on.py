"""What comes after a sign-in that a phone confirmed: for whom, consent, a step up, and a lock at any point of it."""

from idp.database import Done
from idp.life_events.service import lock_own
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from tests.driver import Page
from tests.endpoints import test_contexts as contexts
from tests.endpoints.phones import Screen, confirm, open_code, phone, screen
from tests.endpoints.test_contexts import Family
from tests.world import World

family = contexts.family
_SCOPE = "openid profile mandate"


async def brought_in(world: World, family: Family) -> tuple[Screen, Page]:
    """Confirm on a phone; return the screen, and the page it goes on to."""
    shown = await screen(world, family.rp, scope=_SCOPE)
    await confirm(await phone(world, family.mother.person_id), shown)
    return shown, await shown.go_on()


async def chosen(shown: Screen, page: Page, name: str) -> Page:
    text = page.response.text
    choice = text[: text.index(name)].rpartition('value="')[2].partition('"')[0]
    return await shown.browser.press(page, "submit", extra=[("principal", choice)])


async def lock(world: World, family: Family) -> None:
    person_id = family.mother.person_id
    await world.write(lambda tx: Done(lock_own(tx, person_id, "signed in", occasion=world.occasion)))
    assert await world.status_of(person_id) is PersonStatus.LOCKED


async def test_who_came_by_phone_chooses_for_whom_and_the_token_says_both(
    world: World, family: Family
) -> None:
    shown, page = await brought_in(world, family)
    assert "page-act-for" in page.ids
    page = await chosen(shown, page, "Cảng Xanh")
    claims = await family.rp.claims_of(world.http, page.answer["code"])
    assert (claims["ctx"], claims["org"]["name"]) == ("organisation", "Công ty TNHH Cảng Xanh")
    assert claims["amr"] == ["pwd", "otp", "mca"]


async def test_a_lock_between_the_choice_and_the_code_leaves_nothing(world: World, family: Family) -> None:
    shown, page = await brought_in(world, family)
    await lock(world, family)
    page = await chosen(shown, page, "Cảng Xanh")
    assert page.left_for is None
    assert "page-sign-in" in page.ids, "whoever signs in there is told that it is locked"


async def test_a_lock_between_scanning_and_confirming_is_told_on_the_phone(
    world: World, family: Family
) -> None:
    shown = await screen(world, family.rp, scope=_SCOPE)
    mobile = await phone(world, family.mother.person_id)
    asked = await open_code(mobile, shown.code)
    await lock(world, family)
    assert "page-qr-sign-in" in (await mobile.press(asked, "submit", number=shown.number)).ids
    assert "error" not in (await shown.go_on()).ids, "it still waits for a phone"


async def test_a_step_up_after_it_is_proved_at_the_screen_and_a_second_phone_is_not_offered(
    world: World, family: Family
) -> None:
    shown, page = await brought_in(world, family)
    assert "code" in (await chosen(shown, page, "Cảng Xanh")).answer
    url = family.rp.authorize_url(scope=_SCOPE, acr_values=Acr.HIGH.value)
    page = await shown.browser.get(url)
    assert "page-step-up" in page.ids
    assert "method-qr" not in page.ids
    cancelled = await shown.browser.press(page, "cancel")
    assert cancelled.answer["error"] == "unmet_authentication_requirements"


async def test_asked_for_a_fresh_sign_in_the_same_person_confirms_again(world: World, family: Family) -> None:
    shown, page = await brought_in(world, family)
    await chosen(shown, page, "Cảng Xanh")
    world.time.move(minutes=5)
    page = await shown.browser.get(family.rp.authorize_url(scope=_SCOPE, max_age="60"))
    page = await shown.browser.press(page, "method-qr")
    again = Screen(shown.browser, page)
    mobile = await phone(world, family.mother.person_id)
    await confirm(mobile, again)
    page = await again.go_on()
    if "page-act-for" in page.ids:
        page = await chosen(again, page, "Cảng Xanh")
    claims = await family.rp.claims_of(world.http, page.answer["code"])
    assert claims["auth_time"] == int(world.time().timestamp())
