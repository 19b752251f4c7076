"""What counts as a failed sign-in, and what it must not tell – SP 800-63B-4 §3.2.2; SECURITY E11, E16; DESIGN 5.9."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from idp.audit.events import EventType
from idp.audit.occasion import person_ref
from idp.credentials.hashing import MOST_WAITING, HashingBusy
from idp.credentials.model import MOST_TRIES
from idp.database import Done
from idp.people.model import Person
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.world import PASSWORD, World


async def _failures(world: World, person: Person) -> int:
    return await world.provider.database.read(lambda tx: tx.attempts.state(person.person_id).failures)


async def _rows(world: World) -> int:
    """Return how many counters there are."""
    found = await world.provider.database.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM attempts").scalar_one()
    )
    return int(found)


@pytest.mark.parametrize("username", ["alice", "nobody"])
async def test_where_the_line_for_hashing_is_full_nobody_has_failed(
    world: World, rp: RelyingParty, username: str
) -> None:
    person, _ = await world.citizen()
    browser = world.browser()
    page = await password_page(browser, rp)
    with ExitStack() as line:
        for _ in range(MOST_WAITING):
            line.enter_context(world.provider.hashing.place())
        for _ in range(3):
            busy = await try_password(browser, page, username, PASSWORD)
            assert (busy.status, busy.case) == (503, "busy")
            assert busy.response.headers["retry-after"] == "2"
    assert await _rows(world) == 0
    assert await world.events(EventType.SIGN_IN_REFUSED) == []
    page = await try_password(browser, page, "alice", PASSWORD)
    assert "otp" in page.ids
    assert await _failures(world, person) == 0


async def test_who_knows_the_password_waits_no_longer_for_the_second_factor_than_a_sign_in_lasts(
    world: World, rp: RelyingParty
) -> None:
    person, citizen = await world.citizen()

    def guess(tx: Tx) -> Done[None]:
        for hours in range(30, 0, -1):
            tx.attempts.reserve(person.person_id, world.time() - timedelta(hours=hours))
        return Done(None)

    await world.write(guess)
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    assert await _failures(world, person) == 30, "the right password is no failure, and forgets none"
    await browser.press(page, "submit", otp=citizen.code(world.time().timestamp()))
    assert world.cookie_of(browser, "session")
    assert await _failures(world, person) == 0


async def test_a_place_in_the_line_is_given_back_however_it_was_used(world: World) -> None:
    hashing = world.provider.hashing
    for _ in range(MOST_WAITING + 1):
        with pytest.raises(KeyError), hashing.place():
            raise KeyError
    with ExitStack() as line:
        for _ in range(MOST_WAITING):
            line.enter_context(hashing.place())
        with pytest.raises(HashingBusy):
            await hashing.hash(PASSWORD)
    assert await hashing.hash(PASSWORD)


async def test_an_attempt_that_was_never_settled_counts_as_failed(world: World, rp: RelyingParty) -> None:
    person, _ = await world.citizen()  # DESIGN 5.7
    browser = world.browser()
    page = await password_page(browser, rp)
    world.provider.hashing.close()  # whatever breaks between counting and checking
    assert (await try_password(browser, page, "alice", PASSWORD)).status == 500
    assert await _failures(world, person) == 1


@pytest.fixture
async def statements(world: World) -> AsyncIterator[list[str]]:
    """Every statement and commit from now on, in order."""
    seen: list[str] = []

    def executed(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(re.sub(r"\s+", " ", statement))

    def told(statement: str) -> None:
        if statement == "COMMIT":
            seen.append(statement)

    def watch(tx: Tx) -> Done[None]:
        driver = tx.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(told)
        return Done(None)

    await world.write(watch)
    event.listen(Engine, "before_cursor_execute", executed)
    yield seen
    event.remove(Engine, "before_cursor_execute", executed)


def _shape(statements: list[str]) -> list[str]:
    """Reads word for word; of a write, and of the end of what is written and may be taken back, only that it is one."""
    return [
        "WRITE"
        if text.startswith(("INSERT", "UPDATE", "DELETE"))
        else "END"
        if text.startswith(("RELEASE", "ROLLBACK TO"))
        else text
        for text in statements
        if not text.startswith(("PRAGMA", "BEGIN"))
    ]


@pytest.mark.parametrize("tries", [1, 11], ids=["wrong", "slowed"])
async def test_nobody_costs_the_same_statements_as_somebody(
    world: World, rp: RelyingParty, statements: list[str], tries: int
) -> None:  # SECURITY E16
    person, _ = await world.citizen()
    browser = world.browser()
    page = await password_page(browser, rp)

    def set_password(tx: Tx) -> Done[None]:  # as whoever sets one records it
        actor = person_ref(person.person_id)
        tx.audit.add(world.occasion.event(EventType.CREDENTIAL_SET, actor=actor, person_id=person.person_id))
        return Done(None)

    await world.write(set_password)
    await try_password(browser, page, "somebody else", "wrong")  # the first ever makes nobody's key
    world.provider.configuration._read_at = float("inf")  # it is read again by the clock, whoever asks
    seen: dict[str, list[str]] = {}
    for username in ("alice", "alice@example.vn", "bob", "+84 912 345 678"):
        for _ in range(tries if username in {"alice", "bob"} else 1):
            statements.clear()
            assert (await try_password(browser, page, username, "wrong")).status == 200
            seen[username] = _shape(statements)
    assert seen["alice"] == seen["bob"]
    assert seen["alice"].count("COMMIT") == (2 if tries == 1 else 1)
    if tries == 1:
        assert seen["alice@example.vn"] == seen["+84 912 345 678"] == seen["alice"]


async def test_only_somebody_s_refusal_becomes_an_event_and_nobody_s_is_counted(
    world: World, rp: RelyingParty
) -> None:  # DESIGN 5.9
    await world.citizen()
    browser = world.browser()
    page = await password_page(browser, rp)
    for username in ("bob", "carol", "dave"):
        await try_password(browser, page, username, "wrong")
    assert await world.events(EventType.SIGN_IN_REFUSED) == []
    (summary,) = world.provider.summaries.take(world.provider.clock, all_minutes=True)
    assert summary.payload["what"] == "sign-in:refused"
    assert (summary.payload["client_id"], summary.payload["count"]) == (rp.client_id, 3)
    await try_password(browser, page, "alice", "wrong")
    assert await world.events(EventType.SIGN_IN_REFUSED) == [EventType.SIGN_IN_REFUSED]
    assert world.provider.summaries.take(world.provider.clock, all_minutes=True) == ()


@pytest.mark.parametrize("username", ["alice", "nobody-of-that-name"])
async def test_time_forgives_nothing_the_hundredth_failure_rests_however_long_one_waits_before_it(
    world: World, rp: RelyingParty, username: str
) -> None:  # SP 800-63B-4 §3.2.2: a hundred since the last success, with whatever pauses
    person, _ = await world.citizen()

    def guess(tx: Tx) -> Done[None]:
        counter = person.person_id if username == "alice" else tx.attempts.nobody(username)
        for hours in range(MOST_TRIES - 1):
            tx.attempts.reserve(counter, world.time() + timedelta(hours=hours))
        return Done(None)

    await world.write(guess)
    world.time.move(days=400)
    while await world.clean_up():
        pass
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), username, "wrong")
    assert "Đã thử sai nhiều lần" not in page.response.text, "the hundredth is looked at"
    world.time.move(days=400)
    while await world.clean_up():
        pass
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), username, PASSWORD)
    assert "Đã thử sai nhiều lần" in page.response.text
    assert world.cookie_of(browser, "session") is None
