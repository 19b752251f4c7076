"""E10: one account has one counter, whatever it is called, at whichever form and in how many browsers – nobody's too."""

import unicodedata
from dataclasses import replace
from itertools import cycle

import pytest

from idp.audit.events import EventType
from idp.credentials.model import QUICK_TRIES
from idp.database import Done
from idp.people.model import Person
from idp.transaction import Tx
from tests.attacks.oracle import Oracle
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.signing_in import password_page
from tests.world import World

TRIES, BROWSERS = 30, 5
UNSEEN = "Đã thử sai nhiều lần"


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _circled(text: str) -> str:
    return "".join(chr(0x245F + int(c)) if c in "123456789" else c for c in text)


def spellings(*names: str) -> list[str]:
    """Return each name in every way that NFKC, case and the space around it make one."""
    ways = (
        str,
        str.upper,
        str.title,
        lambda name: f"{name} ",
        lambda name: f"\u3000{name}\u00a0\t",
        lambda name: unicodedata.normalize("NFD", name),
        lambda name: unicodedata.normalize("NFD", name.upper()),
        _wide,
        _circled,
        lambda name: _wide(name[:3]) + name[3:].swapcase(),
    )
    return list(dict.fromkeys(way(name) for name in names for way in ways))


def numbers(national: str) -> list[str]:
    """Return a telephone number as people write it, each in every way of `spellings`."""
    a, b, c = national[:4], national[4:7], national[7:]
    written = (
        national,
        f"+84{national[1:]}",
        f"{a} {b} {c}",
        f"({a}) {b}-{c}",
        f"{a}.{b}.{c}",
        f"+84 {national[1:]}",
    )
    return spellings(*written)


@pytest.fixture
async def rp(world: World, oracle: Oracle) -> RelyingParty:
    return await world.client()


async def named(world: World, username: str, phone: str) -> Person:
    """Somebody with a user name, a mail address and a telephone number that all find them."""
    person, _ = await world.citizen(username)
    reached = replace(person.profile, phone=phone, email_verified=True)

    def renumber(tx: Tx) -> Done[None]:
        tx.people.update(replace(person, profile=reached))
        return Done(None)

    await world.write(renumber)
    return person


async def at_the_password(world: World, rp: RelyingParty) -> tuple[Browser, Page]:
    browser = world.browser()
    return browser, await password_page(browser, rp)


async def at_the_lock(world: World, _rp: RelyingParty) -> tuple[Browser, Page]:
    browser = world.browser()
    return browser, await browser.get("/lock")


async def guess(world: World, rp: RelyingParty, names: list[str]) -> list[bool]:
    """Guess thirty times, by turns at two forms in five browsers each; return which were refused unseen."""
    places = [
        (await place(world, rp), button, field)
        for _ in range(BROWSERS)
        for place, button, field in (
            (at_the_password, "submit", "password"),
            (at_the_lock, "lock-recovery", "recovery-code"),
        )
    ]
    told = []
    for name, ((browser, page), button, field), _ in zip(
        cycle(names), cycle(places), range(TRIES), strict=False
    ):
        answer = await browser.press(page, button, None, **{"username": name, field: "0" * 16})
        assert answer.title.startswith("Lỗi"), name
        told.append(UNSEEN in answer.response.text)
    return told


ONE_COUNTER = [False] * QUICK_TRIES + [True] * (TRIES - QUICK_TRIES)


async def test_e10_thirty_tries_at_one_account_are_thirty_by_whatever_name(
    world: World, oracle: Oracle, rp: RelyingParty
) -> None:
    username, national = "đặng.hương", "0539911117"
    person = await named(world, username, f"+84{national[1:]}")
    names = [username, f"{username}@example.vn", national]
    everything = [*spellings(*names), *numbers(national)]
    await guess(world, rp, ["the first hash takes its memory"])
    async with oracle.refusing(
        "thirty tries", status={200}, events=(EventType.SIGN_IN_REFUSED,) * QUICK_TRIES
    ):
        told = await guess(world, rp, everything[:: max(1, len(everything) // TRIES)])
    assert told == ONE_COUNTER
    state = await world.provider.database.read(lambda tx: tx.attempts.state(person.person_id))
    assert (state.failures, state.tries) == (QUICK_TRIES, TRIES)
    for name in everything:
        assert all(await _all_wait(world, rp, name)), name


async def _all_wait(world: World, rp: RelyingParty, name: str) -> list[bool]:
    told = []
    for place, button, field in (
        (at_the_password, "submit", "password"),
        (at_the_lock, "lock-recovery", "recovery-code"),
    ):
        browser, page = await place(world, rp)
        answer = await browser.press(page, button, None, **{"username": name, field: "0" * 16})
        told.append(UNSEEN in answer.response.text)
    return told


@pytest.mark.parametrize(
    "names",
    [
        spellings("không.có.ai"),
        spellings("không.có.ai@example.vn"),
        numbers("0901234567"),
    ],
    ids=["user name", "mail address", "telephone number"],
)
async def test_e10_so_are_they_at_a_name_that_is_nobody_s(
    world: World, oracle: Oracle, rp: RelyingParty, names: list[str]
) -> None:
    """Else a second spelling that is looked at again would tell nobody's name from somebody's (E16)."""
    await guess(world, rp, ["the first hash takes its memory"])
    async with oracle.refusing("nobody", status={200}):
        assert await guess(world, rp, names[:1]) == ONE_COUNTER
        for name in names:
            assert all(await _all_wait(world, rp, name)), name
