"""Requests about one's own data on both engines: each step once, with its words, in time (DOMAIN §1.8)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.clock import Clock
from idp.data_rights.jobs import _close
from idp.data_rights.model import DataRequest, NotTaken, RequestNotTaken, RequestOver, RequestState, Right
from idp.data_rights.service import (
    Wanted,
    answer_request,
    complete_request,
    extend_request,
    make_request,
    refuse_request,
    requests_of,
    withdraw_request,
)
from idp.database import Database, Done
from idp.ids import ClientId, PersonId
from idp.mandates.service import replace_representatives
from idp.organisations.service import representatives_of
from idp.outbox.model import OutboxKind
from tests.stores.mandate_samples import at, events_of, make_citizen, new_company
from tests.stores.samples import DAY, NOW, another_node, do, see

WEEK = timedelta(days=7)
STEPS = (answer_request, complete_request, refuse_request)


@pytest.fixture
async def person_id(database: Database[Any]) -> PersonId:
    person = make_citizen()
    await do(database, lambda tx: tx.people.add(person))
    return person.person_id


async def outcome(database: Database[Any], fn: Any) -> Any:
    """What came of it: the value, or why not."""
    done = await database.transact(fn)
    if isinstance(done, Done):
        return done.value
    assert isinstance(done.error, RequestOver | RequestNotTaken), done.error
    return done.error.reason if isinstance(done.error, RequestNotTaken) else str(done.error)


async def asked(
    database: Database[Any], person_id: PersonId, right: Right = Right.VIEW, *, now: Any = NOW, **wanted: Any
) -> Any:
    return await outcome(
        database,
        lambda tx: make_request(
            tx,
            person_id,
            Wanted(right=right, what="x", **wanted),
            holidays=(),
            closing=WEEK,
            occasion=at(now),
        ),
    )


async def step(database: Database[Any], act: Any, request: DataRequest, *words: Any, now: Any = NOW) -> Any:
    said = words or ("đã làm",)
    return await outcome(
        database, lambda tx: act(tx, request.request_id, *said, actor="operator:lan", occasion=at(now))
    )


async def test_a_request_is_answered_extended_and_done_once_each(
    database: Database[Any], person_id: PersonId
) -> None:
    request = await asked(database, person_id)
    assert (await step(database, answer_request, request)).state is RequestState.ANSWERED
    assert "already" in await step(database, answer_request, request)
    later = await step(database, extend_request, request, 15, "hồ sơ ở nơi khác")
    assert later.complete_due_at == request.complete_due_at + 15 * DAY
    assert "extended before" in await step(database, extend_request, request, 1, "nữa")
    done = await step(database, complete_request, request)
    assert (done.state, done.outcome, done.closed_by) == (RequestState.COMPLETED, "đã làm", "operator:lan")
    for act in STEPS:
        assert "over" in await step(database, act, request)
    assert "over" in await step(database, extend_request, request, 1, "nữa")
    told = [
        event
        for kind in (
            EventType.DATA_REQUESTED,
            EventType.DATA_REQUEST_ANSWERED,
            EventType.DATA_REQUEST_EXTENDED,
            EventType.DATA_REQUEST_COMPLETED,
        )
        for event in await see(database, lambda tx, kind=kind: events_of(tx, kind))
    ]
    assert len(told) == 4
    notices = await see(
        database,
        lambda tx: tx.connection.exec_driver_sql(
            f"SELECT count(*) FROM outbox WHERE kind = '{OutboxKind.NOTICE.value}'"  # noqa: S608 - ours
        ).scalar_one(),
    )
    assert notices == 4


@pytest.mark.parametrize("days", [0, 16, -1])
async def test_an_extension_is_short_and_comes_in_time(
    database: Database[Any], person_id: PersonId, days: int
) -> None:
    request = await asked(database, person_id)
    assert "1 to 15" in await step(database, extend_request, request, days, "lâu")
    assert "due already" in await step(
        database, extend_request, request, 5, "lâu", now=request.complete_due_at
    )


@pytest.mark.parametrize("words", ["", "  ", "x" * 2001])
async def test_no_step_goes_without_words_for_the_person(
    database: Database[Any], person_id: PersonId, words: str
) -> None:
    request = await asked(database, person_id)
    for act in STEPS:
        assert "letters at most" in await step(database, act, request, words)
    assert (await see(database, lambda tx: tx.data_requests.get(request.request_id))).closed_at is None


async def test_it_is_overdue_without_an_answer_and_without_an_end(
    database: Database[Any], person_id: PersonId
) -> None:
    request = await asked(database, person_id)

    async def overdue(now: Any) -> int:
        return int(await see(database, lambda tx: tx.data_requests.overdue(now)))

    assert await overdue(request.answer_due_at - timedelta(seconds=1)) == 0
    assert await overdue(request.answer_due_at) == 1
    await step(database, answer_request, request)
    assert await overdue(request.answer_due_at) == 0
    assert await overdue(request.complete_due_at) == 1
    await step(database, complete_request, request)
    assert await overdue(request.complete_due_at) == 0


async def test_five_are_open_at_once_and_one_of_a_kind(database: Database[Any], person_id: PersonId) -> None:
    assert isinstance(await asked(database, person_id), DataRequest)
    assert await asked(database, person_id) is NotTaken.TOO_MANY
    for number in range(4):
        await asked(database, person_id, Right.OBJECT, client_id=ClientId(f"c{number}"))
    assert await asked(database, person_id, Right.CORRECT) is NotTaken.TOO_MANY
    assert len(await see(database, lambda tx: requests_of(tx, person_id))) == 5


async def test_of_two_who_end_one_request_at_once_one_does(
    database: Database[Any], person_id: PersonId
) -> None:
    request = await asked(database, person_id)
    results = await asyncio.gather(
        *(step(database, act, request) for act in (complete_request, refuse_request)),
        outcome(
            database,
            lambda tx: withdraw_request(tx, person_id, request.request_id, occasion=at()),
        ),
    )
    assert sum(isinstance(one, DataRequest) for one in results) == 1


async def test_of_two_same_requests_at_once_one_is_taken(
    database: Database[Any], person_id: PersonId
) -> None:
    results = await asyncio.gather(*(asked(database, person_id) for _ in range(4)))
    assert sum(isinstance(one, DataRequest) for one in results) == 1


async def test_what_people_wrote_is_sealed(database: Database[Any], person_id: PersonId) -> None:
    request = await asked(database, person_id, why="bí mật của tôi")
    row = await see(
        database, lambda tx: tx.connection.exec_driver_sql("SELECT * FROM data_requests").mappings().one()
    )
    assert "bí mật".encode() not in b"".join(value for value in row.values() if isinstance(value, bytes))
    kept = await see(database, lambda tx: tx.data_requests.get(request.request_id))
    assert (kept.why, kept.what) == ("bí mật của tôi", "x")


async def test_what_is_over_for_long_is_erased(database: Database[Any], person_id: PersonId) -> None:
    request = await asked(database, person_id)
    await asked(database, person_id, Right.CORRECT)
    await step(database, complete_request, request)
    assert await do(database, lambda tx: tx.data_requests.erase_closed(NOW - DAY, 10)) == 0
    assert await do(database, lambda tx: tx.data_requests.erase_closed(NOW + DAY, 10)) == 1
    assert len(await see(database, lambda tx: requests_of(tx, person_id))) == 1


async def test_of_two_who_alone_represent_an_organisation_one_account_stays(
    database: Database[Any], database_url: str, clock: Clock
) -> None:
    """Both asked while there was another; two workers close them at one moment, and each sees the other (adr/0049)."""
    company, other = new_company(), make_citizen()
    one = make_citizen()

    def register(tx: Any) -> None:
        tx.people.add_many((one, other))
        ids = [one.person_id, other.person_id]
        replace_representatives(tx, company, ids, actor="register", occasion=at(NOW - DAY))

    await do(database, register)
    requests = [await asked(database, person.person_id, Right.DELETE) for person in (one, other)]
    due = at(NOW + WEEK)

    def first(tx: Any) -> Any:
        done = _close(tx, request=requests[0], occasion=due)
        if tx.connection.dialect.name != "sqlite":  # which has one writer
            tx.connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        return done

    async with another_node(database, database_url, clock) as node:
        second = node.transact(lambda tx: _close(tx, request=requests[1], occasion=due))
        await asyncio.gather(database.transact(first), second)
    left = await see(database, lambda tx: representatives_of(tx, company, now=due.now))
    assert len(left) == 1
    after = [
        await see(database, lambda tx, this=one.request_id: tx.data_requests.get(this)) for one in requests
    ]
    assert {one.state for one in after} == {RequestState.COMPLETED, RequestState.REFUSED}
