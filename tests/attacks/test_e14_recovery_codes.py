"""E14: a recovery code is good once, to its own person, until the next set, as nothing else, and its use is told."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from idp.audit.events import EventType
from idp.people.model import Person, PersonStatus
from tests.attacks.oracle import Oracle
from tests.driver import Browser, Citizen, Page, RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.told import messages_of
from tests.world import PASSWORD, World

AT_ONCE = 20
CODES = "/account/methods/recovery-codes"
REFUSED = EventType.SIGN_IN_REFUSED
_SHOWN = re.compile(r'id="(?:code-\d+|new-code)">([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3})<')


@dataclass
class Holder:
    """Somebody with a password, an authenticator and a set of recovery codes."""

    world: World
    rp: RelyingParty
    person: Person
    citizen: Citizen
    codes: list[str] = field(default_factory=list, repr=False)

    async def new_set(self) -> list[str]:
        browser = self.world.browser()
        await self.world.signed_in(browser, self.person.person_id)
        shown = await browser.press(await browser.get(CODES), "submit")
        return _SHOWN.findall(shown.response.text)

    async def at(self, factor: str) -> tuple[Browser, Page]:
        """Come as far as the page of a second factor, an hour later: no delay is what refuses."""
        self.world.time.move(hours=1)
        browser = self.world.browser()
        page = await try_password(
            browser, await password_page(browser, self.rp), self.citizen.username, PASSWORD
        )
        return browser, page if factor == "otp" else await browser.get(page.links["use-recovery"])

    async def left(self) -> int:
        person_id = self.person.person_id
        return await self.world.provider.database.read(lambda tx: tx.recovery_codes.state(person_id).left)

    async def told(self, notice: str) -> int:
        person_id = self.person.person_id
        messages = await self.world.provider.database.read(lambda tx: messages_of(tx, person_id))
        return sum(one.payload.get("notice") == notice for one in messages)


async def holder(world: World, rp: RelyingParty, name: str) -> Holder:
    person, citizen = await world.citizen(name)
    found = Holder(world=world, rp=rp, person=person, citizen=citizen)
    found.codes = await found.new_set()
    assert len(found.codes) == 10
    return found


@pytest.fixture
async def alice(world: World, oracle: Oracle) -> Holder:
    found = await holder(world, await world.client(), "alice")
    oracle.planted |= set(found.codes)
    return found


async def at_sign_in(alice: Holder, oracle: Oracle, code: str, events: tuple[EventType, ...]) -> None:
    browser, page = await alice.at("recovery")
    async with oracle.refusing(("sign-in", code), events=events, status={200}) as watch:
        page = await browser.press(page, "submit", None, **{"recovery-code": code})
    assert alice.world.cookie_of(browser, "session") is None
    assert "set-cookie" not in watch.last.headers
    assert page.title.startswith("Lỗi"), page.ids


async def at_the_lock(alice: Holder, oracle: Oracle, code: str, events: tuple[EventType, ...]) -> None:
    alice.world.time.move(hours=1)
    browser = alice.world.browser()
    page = await browser.get("/lock")
    async with oracle.refusing(("lock", code), events=events, status={200}):
        page = await browser.press(
            page, "lock-recovery", None, **{"username": alice.citizen.username, "recovery-code": code}
        )
    assert page.title.startswith("Lỗi"), page.ids
    assert await alice.world.status_of(alice.person.person_id) is PersonStatus.ACTIVE


Door = Callable[[Holder, Oracle, str, tuple[EventType, ...]], Awaitable[None]]
DOORS = pytest.mark.parametrize("door", [at_sign_in, at_the_lock], ids=lambda one: one.__name__)


async def use(alice: Holder, code: str) -> tuple[Browser, Page]:
    browser, page = await alice.at("recovery")
    return browser, await browser.press(page, "submit", None, **{"recovery-code": code})


@DOORS
async def test_e14_a_code_that_was_used_is_used_however_it_is_typed(
    alice: Holder, oracle: Oracle, door: Door
) -> None:
    browser, page = await use(alice, alice.codes[0])
    assert alice.world.cookie_of(browser, "session"), "the first time it opens: the test can fail"
    assert await alice.told("recovery") == 1
    (kept,) = _SHOWN.findall(page.response.text)
    oracle.planted |= {kept}
    code = alice.codes[0]
    for again in (code, code.lower(), code.replace("-", ""), code.replace("-", " "), kept):
        await door(alice, oracle, again, (REFUSED,))
    assert await alice.left() == 9
    assert await alice.told("recovery") == 1, "and what was refused is no use of one"


@DOORS
async def test_e14_another_s_code_opens_only_their_own(
    alice: Holder, oracle: Oracle, door: Door, world: World
) -> None:
    bob = await holder(world, alice.rp, "bob")
    oracle.planted |= set(bob.codes)
    for code in bob.codes:
        await door(alice, oracle, code, (REFUSED,))
    assert (await alice.left(), await bob.left()) == (10, 10)
    assert await bob.told("recovery") == 0
    browser, _ = await use(bob, bob.codes[-1])
    assert world.cookie_of(browser, "session"), "and it is still theirs"


@DOORS
async def test_e14_a_new_set_ends_every_code_of_the_old_one(
    alice: Holder, oracle: Oracle, door: Door
) -> None:
    old, new = alice.codes, await alice.new_set()
    oracle.planted |= set(new)
    for code in old:
        await door(alice, oracle, code, (REFUSED,))
    assert await alice.left() == 10
    browser, _ = await use(alice, new[0])
    assert alice.world.cookie_of(browser, "session")


@DOORS
async def test_e14_what_an_authenticator_shows_is_no_recovery_code(
    alice: Holder, oracle: Oracle, door: Door
) -> None:
    otp = alice.citizen.code(alice.world.time().timestamp() + 3600)
    for typed in (otp, otp[:3] + " " + otp[3:]):
        await door(alice, oracle, typed, ())
    for typed in ((otp * 3)[:16], otp.rjust(16, "0")):
        await door(alice, oracle, typed, (REFUSED,))
    assert await alice.left() == 10


async def test_e14_a_recovery_code_is_nothing_else(alice: Holder, oracle: Oracle) -> None:
    """Neither what an authenticator shows nor a password."""
    for code in (alice.codes[0], alice.codes[1].replace("-", "")):
        browser, page = await alice.at("otp")
        async with oracle.refusing(("otp", code), status={200}):
            page = await browser.press(page, "submit", otp=code)
        assert "error-otp" in page.ids
        assert alice.world.cookie_of(browser, "session") is None
        browser = alice.world.browser()
        page = await password_page(browser, alice.rp)
        async with oracle.refusing(("password", code), status={200}, events=(REFUSED,)):
            page = await try_password(browser, page, "alice", code)
        assert alice.world.cookie_of(browser, "session") is None
    assert await alice.left() == 10


async def test_e14_of_twenty_at_once_one_is_a_use(alice: Holder, oracle: Oracle) -> None:
    waiting = []
    for _ in range(AT_ONCE):
        waiting.append(await alice.at("recovery"))
        alice.world.time.move(hours=-1)
    typed = {"recovery-code": alice.codes[0]}
    pages = await asyncio.gather(*(browser.press(page, "submit", None, **typed) for browser, page in waiting))
    opened = [one for one, _ in waiting if alice.world.cookie_of(one, "session") is not None]
    assert (len(opened), sum("page-recovery-used" in page.ids for page in pages)) == (1, 1)
    person_id = alice.person.person_id
    sessions = await alice.world.provider.database.read(lambda tx: tx.sessions.of_person(person_id))
    assert sum("recovery" in one.amr for one in sessions) == 1
    assert len(await alice.world.records(EventType.RECOVERY_CODE_USED)) == 1
    assert (await alice.left(), await alice.told("recovery")) == (9, 1)
