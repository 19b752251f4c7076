"""The overview lists the ways to sign in that its person has, and counts those alone – PAGES §3.1.13."""

import re

from tests.driver import Page
from tests.endpoints.passkeys import PASSKEYS, add, device, named
from tests.world import World


def listed(page: Page) -> list[str]:
    """What stands on the card."""
    (card,) = re.findall(
        r'<section class="card stack-s" id="ways".*?</section>', page.response.text, re.DOTALL
    )
    return re.findall(r"<li[^>]*>(.*?)</li>", card)


async def test_every_way_that_opens_the_account_is_on_its_card(world: World) -> None:
    person, _ = await world.citizen()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get("/account")
    before = listed(page)
    assert before[-1].startswith("Mật khẩu")
    assert page.links["add-passkey"] == f"{PASSKEYS}/add"
    assert page.links["all-methods"] == "/account/methods"
    await add(browser, device(world), "Máy <của> tôi")
    page = await browser.get("/account")
    assert set(listed(page)) - set(before) == {"Khóa truy cập: Máy &lt;của&gt; tôi"}
    assert "add-passkey" not in page.ids, "who has one is not asked to add one"


async def test_a_passkey_that_was_removed_is_no_way_and_not_counted_as_one(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    page = await add(browser, device(world), "Máy cũ")
    (passkey,) = await world.provider.database.read(lambda tx: tx.passkeys.of_person(person.person_id))
    page = await browser.get(f"{PASSKEYS}/remove?i={passkey.passkey_id}")
    page = await browser.press(page, "submit", **named(""))
    page = await browser.get("/account")
    assert "Máy cũ" not in "".join(listed(page))
    assert "alert-one-method" in page.ids
    assert await world.provider.database.read(lambda tx: bool(tx.passkeys.of_person(person.person_id))), (
        "kept"
    )


async def test_with_several_passkeys_each_is_named(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    for name in ("Một", "Hai"):
        await add(browser, device(world), name)
    page = await browser.get("/account")
    assert {f"Khóa truy cập: {name}" for name in ("Một", "Hai")} <= set(listed(page))
    assert "alert-one-method" not in page.ids
