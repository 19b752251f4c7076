"""A hundred guesses at one account at one moment: two nodes, ten browsers, every spelling of every name.

SP 800-63B-4 §3.2.2; SECURITY E10, E11; adr/0052. The counter says a hundred, of which ten were compared with the secret
and ninety refused unseen: none slips by, on either engine, and somebody and nobody are told the same.
"""

import asyncio
import unicodedata
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import cycle, islice

import httpx
import pytest

from idp.audit.events import EventType
from idp.credentials.model import QUICK_TRIES
from idp.database import Done
from idp.people.identifiers import normal_form
from idp.people.model import IdentifierScheme, Person
from idp.transaction import Tx
from tests.driver import Browser, Page
from tests.races.conftest import Pair
from tests.server import ServedWorld
from tests.world import PASSWORD

pytestmark = pytest.mark.network
GUESSES, BROWSERS, MOST_TIMES = 100, 10, 30
_WORDS = {"chưa đúng": "wrong", "Đã thử sai nhiều lần": "unseen"}


def _spellings(*names: str) -> list[str]:
    """Return each name as it is, in capitals, with a space behind, taken apart and in wide letters."""
    return [
        form
        for name in names
        for form in (
            name,
            name.upper(),
            f"{name} ",
            unicodedata.normalize("NFD", name),
            "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
        )
    ]


async def _at_the_form(world: ServedWorld, pair: Pair) -> list[tuple[Browser, Page]]:
    """Return ten browsers at the password form, five at each node."""
    found = []
    for peer in islice(cycle(world.peers), BROWSERS):
        browser = peer.browser()
        page = await browser.get(pair.rps["rp-races"].authorize_url())
        found.append((browser, await browser.get(f"/sign-in/password?i={page.interaction}")))
    return found


async def _guess(world: ServedWorld, pair: Pair, names: list[str]) -> Counter[str]:
    """Guess at once; return what was told, and how many answers were never heard (`unheard`)."""
    at_the_form = await _at_the_form(world, pair)
    barrier, unheard = asyncio.Event(), 0

    async def one(browser: Browser, page: Page, name: str, typed: str) -> str:
        nonlocal unheard
        await barrier.wait()
        for _ in range(MOST_TIMES):  # where the house is full, or the machine, one tries again
            with suppress(httpx.TimeoutException):
                answer = await browser.press(page, "submit", username=name, password=typed)
                if answer.status != 503:
                    return next(word for words, word in _WORDS.items() if words in answer.response.text)
            unheard += 1
            await asyncio.sleep(0.2)
        raise AssertionError("never answered")

    guesses = [
        asyncio.create_task(one(*place, name, f"guess {number}"))
        for number, (place, name) in enumerate(
            zip(islice(cycle(at_the_form), GUESSES), islice(cycle(names), GUESSES), strict=True)
        )
    ]
    barrier.set()
    told = Counter(await asyncio.gather(*guesses))
    assert await one(*at_the_form[0], names[0], PASSWORD) == "unseen"
    told["unseen"] += 1
    told["unheard"] = unheard
    return told


async def test_a_hundred_guesses_are_a_hundred_tries_of_which_ten_are_looked_at_however_they_are_spread(
    world: ServedWorld, pair: Pair
) -> None:
    username, phone = f"đặng.{world.provider.clock.token(4).lower()}", "+84539911117"
    person, _ = await world.citizen(username)
    await world.write(lambda tx: _renumber(tx, person, phone))
    email = person.profile.email or ""
    somebody = await _guess(world, pair, _spellings(username, email, phone, "0539911117"))
    _check(somebody)
    await _check_counter(world, person.person_id, somebody)
    refused = [
        one
        for one in await world.records(EventType.SIGN_IN_REFUSED)
        if one.subject_ref == f"person:{person.person_id}"
    ]
    assert somebody["wrong"] <= len(refused) <= QUICK_TRIES
    name = f"không-có.{username}"
    nobody = await _guess(world, pair, _spellings(name))
    _check(nobody)
    counter = await world.provider.database.read(
        lambda tx: tx.attempts.nobody(normal_form(IdentifierScheme.USERNAME, name))
    )
    await _check_counter(world, counter, nobody)


def _check(told: Counter[str]) -> None:
    """All were answered; ten were looked at, less one for each whose answer came too late to be heard."""
    assert told["wrong"] + told["unseen"] == GUESSES + 1, "the right one too, last"
    assert 0 < told["wrong"] <= QUICK_TRIES


async def _check_counter(world: ServedWorld, account: str, told: Counter[str]) -> None:
    """The counter knows of each guess; one whose answer was not heard was made again, and may count twice."""
    state = await world.provider.database.read(lambda tx: tx.attempts.state(account))
    assert state.failures == QUICK_TRIES
    assert GUESSES + 1 <= state.tries <= GUESSES + 1 + told["unheard"]


def _renumber(tx: Tx, person: Person, phone: str) -> Done[None]:
    tx.people.update(replace(person, profile=replace(person.profile, phone=phone, email_verified=True)))
    return Done(None)
