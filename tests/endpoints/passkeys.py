"""How tests bind passkeys and sign in with them, page by page."""

import html
import json
import re
from typing import Any

from tests.authenticator import Authenticator
from tests.driver import Browser, Page, RelyingParty
from tests.world import World

PASSKEYS = "/account/methods/passkeys"
ADD = f"{PASSKEYS}/add"
_OPTIONS = re.compile(r'data-options="([^"]*)"')


def named(name: str) -> dict[str, Any]:
    """Return the form's field for the name."""
    return {"passkey-name": name}


def options_of(page: Page) -> str:
    """Return what the page asks the browser for."""
    (options,) = _OPTIONS.findall(page.response.text)
    return html.unescape(options)


def device(world: World, **how: Any) -> Authenticator:
    return Authenticator(world.issuer, **how)


async def add(browser: Browser, authenticator: Authenticator, name: str = "Máy", **bent: Any) -> Page:
    """Bind a passkey in a browser that is signed in to the account."""
    page = await browser.get(ADD)
    answer = json.dumps(authenticator.create(options_of(page), **bent))
    return await browser.press(page, "submit", credential=answer, **named(name))


async def bound(world: World, username: str = "alice", **how: Any) -> tuple[Any, Authenticator]:
    """A person with a passkey that was bound in a session of the national system."""
    person, browser, authenticator = await world.person(username), world.browser(), device(world, **how)
    await world.signed_in(browser, person.person_id)
    page = await add(browser, authenticator)
    assert "notice" in page.ids, page.response.text
    return person, authenticator


async def passkey_page(browser: Browser, rp: RelyingParty, **changes: str | None) -> Page:
    page = await browser.get(rp.authorize_url(**changes))
    return await browser.get(f"/sign-in/passkey?i={page.interaction}")


async def answer(browser: Browser, page: Page, authenticator: Authenticator, **bent: Any) -> Page:
    """Answer the question of a sign-in page."""
    credential = json.dumps(authenticator.get(options_of(page), **bent))
    return await browser.press(page, "submit", credential=credential)
