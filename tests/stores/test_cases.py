"""Cases and the links of notices on both engines: one about the same thing, closed once, a link used once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from idp.audit.events import EventType
from idp.cases.model import CaseKind, CaseRefused, CaseState
from idp.cases.service import answer_question, close_case, open_case
from idp.database import Database, Refused
from idp.ids import HandleKind, PersonId
from idp.people.model import IdentifierScheme
from tests.stores.mandate_samples import events_of, make_citizen
from tests.stores.merge_samples import FIRST, at
from tests.stores.samples import DAY, HOUR, NOW, do, make_handle, see

DB = Database[Any]


@pytest.fixture
async def somebody(database: DB) -> PersonId:
    person = make_citizen()
    await do(database, lambda tx: tx.people.add_many((person,)))
    return person.person_id


async def opened(
    database: DB, person_id: PersonId, kind: CaseKind = CaseKind.NOT_ME, *, about: str = "", **facts: str
) -> str:
    case_id: str = await do(
        database, lambda tx: open_case(tx, kind, person_id, facts, about=about, occasion=at())
    )
    return case_id


async def events(database: DB, event: EventType) -> int:
    return len(await see(database, lambda tx: events_of(tx, event)))


async def refused(database: DB, fn: Any) -> str:
    outcome = await database.transact(fn)
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, CaseRefused)
    return str(outcome.error)


async def test_about_the_same_thing_one_case_is_open_at_a_time(database: DB, somebody: PersonId) -> None:
    first = await opened(database, somebody, about="e1", said="guided")
    assert await opened(database, somebody, about="e1") == first
    others = {
        await opened(database, somebody, about="e2"),
        await opened(database, somebody, CaseKind.QUESTION, about="e1"),
        await opened(database, somebody, CaseKind.LOCKED),
    }
    assert len(others - {first}) == 3
    assert await events(database, EventType.CASE_OPENED) == 4
    await do(database, lambda tx: close_case(tx, first, "seen", actor=FIRST, occasion=at()))
    assert await opened(database, somebody, about="e1") != first


async def test_of_many_that_open_the_same_at_once_one_opens_it(database: DB, somebody: PersonId) -> None:
    numbers = await asyncio.gather(*(opened(database, somebody, about="e") for _ in range(5)))
    assert len(set(numbers)) == 1
    assert await events(database, EventType.CASE_OPENED) == 1


async def test_it_is_closed_once_with_what_came_of_it(database: DB, somebody: PersonId) -> None:
    case_id = await opened(database, somebody, said="guided")

    def closing(outcome: str = "papers seen") -> Any:
        return lambda tx: close_case(tx, case_id, outcome, actor=FIRST, occasion=at())

    assert "say what came of it" in await refused(database, closing(" "))
    outcomes = await asyncio.gather(*(database.transact(closing()) for _ in range(3)))
    assert sum(not isinstance(one, Refused) for one in outcomes) == 1
    found = await see(database, lambda tx: tx.cases.get(case_id))
    assert (found.state, found.outcome, found.closed_by) == (CaseState.CLOSED, "papers seen", FIRST)
    assert found.facts == {"said": "guided"}
    assert await see(database, lambda tx: tx.cases.of_person(somebody, 10)) == (found,)
    row = await see(database, lambda tx: tx.connection.execute(text("SELECT * FROM cases")).one())
    assert b"guided" not in row.facts
    assert b"papers" not in row.outcome


async def test_a_question_is_answered_and_nothing_else_is(database: DB, somebody: PersonId) -> None:
    case = await opened(database, somebody)
    question = await opened(database, somebody, CaseKind.QUESTION, about="e")
    wrong = "a question is answered, every other case is closed"
    assert (
        await refused(database, lambda tx: answer_question(tx, case, "x", actor=FIRST, occasion=at()))
        == wrong
    )
    assert (
        await refused(database, lambda tx: close_case(tx, question, "x", actor=FIRST, occasion=at())) == wrong
    )
    await do(database, lambda tx: answer_question(tx, question, "a court asked", actor=FIRST, occasion=at()))
    assert await events(database, EventType.CASE_ANSWERED) == 1
    assert (
        await refused(database, lambda tx: close_case(tx, "none", "x", actor=FIRST, occasion=at()))
        == "no such case"
    )


async def test_nobody_closes_their_own(database: DB, somebody: PersonId) -> None:
    case_id = await opened(database, somebody)
    await do(
        database, lambda tx: tx.people.add_identifier(somebody, IdentifierScheme.USERNAME, "lan", now=NOW)
    )
    assert "about themselves" in await refused(
        database, lambda tx: close_case(tx, case_id, "x", actor=FIRST, occasion=at())
    )


async def test_what_waits_is_counted_and_what_is_closed_goes_by_age(database: DB, somebody: PersonId) -> None:
    first = await opened(database, somebody, about="e1")
    await opened(database, somebody, about="e2")
    found = await see(database, lambda tx: tx.cases.measure(10))
    assert (found.count, found.oldest) == (2, NOW)
    await do(database, lambda tx: close_case(tx, first, "seen", actor=FIRST, occasion=at(NOW + DAY)))
    assert await do(database, lambda tx: tx.cases.erase_closed(NOW + DAY - HOUR, 10)) == 0
    assert await do(database, lambda tx: tx.cases.erase_closed(NOW + DAY, 10)) == 1
    assert len(await see(database, lambda tx: tx.cases.list(CaseState.OPEN, 10))) == 1
    assert await see(database, lambda tx: tx.cases.list(CaseState.OPEN, 10, CaseKind.QUESTION)) == ()


async def test_a_link_is_used_once_in_its_time_and_all_end_together(database: DB, somebody: PersonId) -> None:
    links = [make_handle(HandleKind.DISPUTE, somebody) for _ in range(3)]
    until = NOW + timedelta(hours=72)
    for link in links:
        await do(
            database,
            lambda tx, link=link: tx.dispute_links.add(
                link, somebody, {"notice": "new_device"}, expires_at=until
            ),
        )
    for _ in range(2):  # looking uses nothing
        seen = await see(database, lambda tx: tx.dispute_links.peek(links[0], NOW))
        assert (seen.person_id, seen.facts) == (somebody, {"notice": "new_device"})
    assert await see(database, lambda tx: tx.dispute_links.peek(links[0], until)) is None
    assert await do(database, lambda tx: tx.dispute_links.spend(links[0], until)) is None
    winners = await asyncio.gather(
        *(do(database, lambda tx: tx.dispute_links.spend(links[0], NOW)) for _ in range(4))
    )
    assert sum(one is not None for one in winners) == 1
    for other in (links[0], "hp_notme_xx", make_handle(HandleKind.LINK, somebody)):
        assert await see(database, lambda tx, link=other: tx.dispute_links.peek(link, NOW)) is None
    assert await do(database, lambda tx: tx.dispute_links.end_all(somebody)) == 2
    assert await see(database, lambda tx: tx.dispute_links.peek(links[1], NOW)) is None
