"""One step of an authenticator, one recovery code, one confirmation on a phone: sent to two nodes at once, one wins.

SECURITY E13, E14, R16, I1. Every copy comes from a browser of its own that has proved the password before.
"""

import asyncio
import time
from itertools import cycle, islice

import pytest

from idp.credentials.recovery_code import CODE_BYTES, read_code, write_code
from idp.credentials.service import set_recovery_codes
from idp.people.model import Person
from tests.driver import Browser, Citizen, Page
from tests.endpoints.phones import CHROME, Screen
from tests.endpoints.signing_in import password_page, try_password
from tests.races.conftest import Pair
from tests.server import ServedWorld

pytestmark = pytest.mark.network
COPIES = 8
"""Fewer than the quick tries of an account: none is refused unseen."""


async def _proved(world: ServedWorld, pair: Pair, citizen: Citizen) -> list[tuple[Browser, Page]]:
    """Return browsers at both nodes that wait for the second factor."""
    found = []
    for peer in islice(cycle(world.peers), COPIES):
        browser = peer.browser()
        page = await password_page(browser, pair.rps["rp-races"])
        found.append((browser, await try_password(browser, page, citizen.username, citizen.password)))
    return found


async def _open_sessions(world: ServedWorld, person: Person) -> int:
    return await world.provider.database.read(lambda tx: len(tx.sessions.of_person(person.person_id)))


async def test_one_step_of_an_authenticator_opens_one_session(world: ServedWorld, pair: Pair) -> None:
    person, citizen = await world.citizen("one-step")
    waiting = await _proved(world, pair, citizen)
    otp = citizen.code(time.time())
    await asyncio.gather(*(browser.press(page, "submit", otp=otp) for browser, page in waiting))
    assert await _open_sessions(world, person) == 1
    assert sum(world.cookie_of(browser, "session") is not None for browser, _ in waiting) == 1


async def test_one_recovery_code_opens_one_session(world: ServedWorld, pair: Pair) -> None:
    person, citizen = await world.citizen("one-code")
    code = write_code(world.provider.clock.random_bytes(CODE_BYTES))
    kept = [read_code(code) or ""]
    await world.write(lambda tx: set_recovery_codes(tx, person.person_id, kept, occasion=world.occasion))
    waiting = [
        (browser, await browser.get(f"/sign-in/recovery?i={page.interaction}"))
        for browser, page in await _proved(world, pair, citizen)
    ]
    typed = {"recovery-code": code}
    await asyncio.gather(*(browser.press(page, "submit", None, **typed) for browser, page in waiting))
    assert await _open_sessions(world, person) == 1
    assert sum(world.cookie_of(browser, "session") is not None for browser, _ in waiting) == 1


async def test_two_people_who_confirm_one_screen_at_once_open_one_session(
    world: ServedWorld, pair: Pair
) -> None:
    people = [await world.person(name) for name in ("first-phone", "second-phone")]
    computer = world.peers[0].browser()
    computer.client.headers["user-agent"] = CHROME
    page = await computer.get(pair.rps["rp-races"].authorize_url())
    shown = Screen(computer, await computer.press(page, "method-qr"))
    asked = []
    for person, peer in zip(people, world.peers, strict=True):
        phone = peer.browser()
        await world.signed_in(phone, person.person_id, peer="127.0.0.1")
        asked.append((phone, await phone.get(f"/q/{shown.code}")))
    await asyncio.gather(*(phone.press(at, "submit", number=shown.number) for phone, at in asked))
    copies = []
    for peer in islice(cycle(world.peers), COPIES):
        copy = peer.browser()
        copy.client.cookies = computer.client.cookies
        copies.append(copy)
    await asyncio.gather(*(copy.press(shown.page, "submit") for copy in copies))
    assert sum([await _open_sessions(world, person) for person in people]) == len(people) + 1
