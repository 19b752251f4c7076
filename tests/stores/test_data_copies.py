"""Copies of what is held of a person on both engines: one at a time, made once, gone after their time."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.data_rights.jobs import make_copies
from idp.data_rights.model import Copy, CopyState
from idp.data_rights.service import ask_for_copy, document, opened, take_copy
from idp.database import Database
from idp.ids import PersonId
from idp.people.model import PersonStatus
from tests.stores.mandate_samples import at, events_of, make_citizen
from tests.stores.samples import DAY, MINUTE, NOW, do, see

ISSUER = "https://id.example"


@pytest.fixture
async def person_id(database: Database[Any]) -> PersonId:
    person = make_citizen()
    await do(database, lambda tx: tx.people.add(person))
    return person.person_id


async def ask(database: Database[Any], person_id: PersonId, now: Any = NOW) -> Copy | None:
    done = await database.transact(lambda tx: ask_for_copy(tx, person_id, lasts=DAY, occasion=at(now)))
    asked: Copy | None = done.unwrap()
    return asked


async def make(database: Database[Any], now: Any = NOW) -> int:
    return await make_copies(database, at(now), issuer=ISSUER, lasts=DAY)


async def test_one_is_made_at_a_time_and_is_gone_a_day_after(
    database: Database[Any], person_id: PersonId
) -> None:
    assert await ask(database, person_id) is not None
    assert await ask(database, person_id) is None
    made_at = NOW + 5 * MINUTE
    assert await make(database, made_at) == 1
    assert await make(database, made_at) == 0
    assert await ask(database, person_id, made_at) is None
    copy = await see(database, lambda tx: tx.data_copies.get(person_id, made_at))
    assert (copy.state, copy.expires_at) == (CopyState.READY, made_at + DAY)
    assert (
        await see(
            database, lambda tx: tx.data_copies.document(person_id, made_at + DAY - timedelta(seconds=1))
        )
        is not None
    )
    assert await see(database, lambda tx: tx.data_copies.document(person_id, made_at + DAY)) is None
    assert await do(database, lambda tx: tx.data_copies.erase_expired(made_at + DAY, 10)) == 1
    assert await ask(database, person_id, made_at + DAY) is not None


async def test_who_asks_many_times_at_once_gets_one(database: Database[Any], person_id: PersonId) -> None:
    asked = await asyncio.gather(*(ask(database, person_id) for _ in range(5)))
    assert sum(one is not None for one in asked) == 1
    assert len(await see(database, lambda tx: events_of(tx, EventType.DATA_COPY_ASKED))) == 1


async def test_of_workers_at_once_one_makes_it_and_a_lost_one_is_made_by_another(
    database: Database[Any], person_id: PersonId
) -> None:
    await ask(database, person_id)
    claimed = await do(
        database, lambda tx: tx.data_copies.claim(NOW, until=NOW + 10 * MINUTE, most=5)
    )  # and dies
    assert len(claimed) == 1
    assert await make(database) == 0
    made = await asyncio.gather(*(make(database, NOW + 10 * MINUTE) for _ in range(3)))
    assert sum(made) == 1
    assert len(await see(database, lambda tx: events_of(tx, EventType.DATA_COPY_MADE))) == 1
    late = await do(
        database, lambda tx: tx.data_copies.make(claimed[0], b"late", now=NOW, expires_at=NOW + DAY)
    )
    assert late is False


async def test_one_asked_for_where_a_clock_ran_ahead_is_made_at_once(
    database: Database[Any], person_id: PersonId
) -> None:
    assert await ask(database, person_id, NOW + DAY)
    assert await make(database) == 1


async def test_of_who_is_locked_meanwhile_none_is_made(database: Database[Any], person_id: PersonId) -> None:
    await ask(database, person_id)
    await do(database, lambda tx: tx.people.set_status(person_id, PersonStatus.LOCKED, "x", NOW))
    await make(database)
    assert await see(database, lambda tx: tx.data_copies.get(person_id, NOW)) is None
    assert await see(database, lambda tx: document(tx, person_id, issuer=ISSUER, now=NOW)) is None


async def test_it_lies_sealed_and_each_taking_is_recorded(
    database: Database[Any], person_id: PersonId
) -> None:
    await ask(database, person_id)
    await make(database)
    kept = await see(
        database, lambda tx: tx.connection.exec_driver_sql("SELECT document FROM data_copies").scalar_one()
    )
    assert b"haiphong-id-copy" not in bytes(kept)
    done = await database.transact(lambda tx: take_copy(tx, person_id, "json", occasion=at()))
    taken = done.unwrap()
    assert taken is not None
    content = json.loads(opened(taken))
    assert (content["format"], content["version"]) == ("haiphong-id-copy", 1)
    assert len(await see(database, lambda tx: events_of(tx, EventType.DATA_COPY_TAKEN))) == 1
    other = PersonId(person_id[:-1] + ("0" if person_id[-1] != "0" else "1"))
    assert await see(database, lambda tx: tx.data_copies.document(other, NOW)) is None
