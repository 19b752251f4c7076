"""The audit log on a real database: leaves, numbering, erasure, and triggers that hold against raw SQL (DESIGN 5.9)."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta, timezone
from typing import cast

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import DBAPIError

from idp.audit import jobs, service
from idp.audit.canonical import leaf
from idp.audit.events import AuditEvent, EventType
from idp.audit.record import AuditRecord
from idp.clock import Clock
from idp.database import Database, Done
from idp.ids import EventId
from idp.transaction import Tx
from keys.envelope import Vault
from tests.make import NOW

LAN = "person:3f2b8c1e-0000-4000-8000-000000000001"
HUNG = "person:a1b2c3d4-0000-4000-8000-000000000002"


def event(number: int, *, subject_ref: str = LAN, **more: object) -> AuditEvent:
    return AuditEvent(
        event_id=EventId(f"event-{number:04}"),
        type=EventType.SESSION_STARTED,
        at=NOW + timedelta(seconds=number),
        actor=subject_ref or "system",
        subject_ref=subject_ref,
        payload={"idp": "national", "amr": ["pwd", "otp"], "note": "Hải Phòng", **more},
        txn=f"txn-{number}",
    )


async def add(database: Database[Tx], *events: AuditEvent) -> None:
    def work(tx: Tx) -> Done[None]:
        for one in events:
            tx.audit.add(one)
        return Done(None)

    await database.transact(work)


async def read(database: Database[Tx], **filters: object) -> list[AuditRecord]:
    return await database.read(lambda tx: tx.audit.read(-1, 10_000, **filters))  # type: ignore[arg-type]


async def run(database: Database[Tx], sql: str, **given: object) -> int:
    return (
        await database.transact(lambda tx: Done(tx.connection.execute(text(sql), given).rowcount))
    ).unwrap()


async def test_an_event_comes_back_as_it_was_written(database: Database[Tx]) -> None:
    events = [event(1), event(2, subject_ref=""), event(3, subject_ref=HUNG, person_id="001")]
    await add(database, *events)
    assert await read(database) == []  # not numbered yet
    assert await jobs.sequence(database) == 3
    records = await read(database)
    assert [record.event for record in records] == events
    assert [record.leaf_index for record in records] == [0, 1, 2]
    assert all(record.is_intact and not record.is_erased for record in records)


async def test_the_leaf_is_what_an_auditor_computes_from_the_columns(database: Database[Tx]) -> None:
    await add(database, event(7))
    await jobs.sequence(database)
    (record,) = await read(database)

    def salt_of(connection: Connection) -> bytes:
        salt: bytes = connection.execute(text("SELECT salt FROM audit_events")).scalar_one()
        return salt

    salt = await database.read(lambda tx: salt_of(tx.connection))
    payload = {"actor": LAN, "payload": dict(event(7).payload), "subject_ref": LAN}
    inner = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    head = b'{"at":"2026-03-02T01:00:07.000000Z","event_id":"event-0007","type":"session:started"}'
    expected = hashlib.sha256(b"\x00" + head + hashlib.sha256(salt + inner).digest()).digest()
    assert len(salt) == 32
    assert record.leaf() == expected


async def test_nothing_of_a_payload_is_readable_in_the_table(database: Database[Tx]) -> None:
    await add(database, event(1), event(2, subject_ref=""))
    rows = await database.read(
        lambda tx: tx.connection.execute(text("SELECT payload FROM audit_events")).scalars().all()
    )
    assert len(rows) == 2
    assert not any(b"national" in row or "Hải Phòng".encode() in row for row in rows)


async def test_erasing_a_person_keeps_every_leaf_and_closes_every_payload(database: Database[Tx]) -> None:
    await add(database, *(event(n) for n in range(5)), event(5, subject_ref=HUNG), event(6, subject_ref=""))
    await jobs.sequence(database)
    before = [record.leaf() for record in await read(database)]

    async def erase(limit: int) -> int:
        return (await database.transact(lambda tx: Done(tx.audit.erase(LAN, limit)))).unwrap()

    assert await erase(2) == 2
    half_way = await read(database, subject_ref=LAN)
    told = [(record.is_erased, record.is_intact, bool(record.event.payload)) for record in half_way]
    assert told == [(True, True, False)] * 5, "without its key none opens, whichever are wiped"
    assert await erase(100) == 3
    assert await erase(100) == 0
    records = await read(database)
    assert [record.leaf() for record in records] == before
    assert [record.is_erased for record in records] == [True] * 5 + [False] * 2
    assert records[5].event == event(5, subject_ref=HUNG)
    count = "SELECT count(*) FROM audit_keys WHERE subject_ref = :ref"
    assert await database.read(lambda tx: tx.connection.execute(text(count), {"ref": LAN}).scalar_one()) == 0


async def test_a_person_whose_events_were_erased_gets_a_new_key(database: Database[Tx]) -> None:
    await add(database, event(1))
    await database.transact(lambda tx: Done(tx.audit.erase(LAN, 100)))
    await add(database, event(2))
    await jobs.sequence(database)
    assert [record.event.payload for record in await read(database)] == [{}, event(2).payload]


async def test_a_key_that_another_node_forgot_seals_nothing_more(
    database: Database[Tx], database_url: str, vault: Vault, clock: Clock
) -> None:
    """Whatever else the transaction adds is added once; so it is where many share a commit."""
    other = Database(database_url, Tx.unit(vault, clock), clock=clock)
    await other.open()

    def both(first: int) -> Callable[[Tx], Done[None]]:
        def work(tx: Tx) -> Done[None]:
            for n in (first, first + 1):
                tx.audit.add(event(n, subject_ref=(LAN, HUNG)[n % 2]))
            return Done(None)

        return work

    await database.transact(both(0))
    await other.transact(lambda tx: Done(tx.audit.erase(LAN, 100)))
    await database.transact(both(2))
    await other.transact(lambda tx: Done(tx.audit.erase(LAN, 100)))
    await asyncio.gather(*(database.add(both(n)) for n in range(4, 24, 2)))
    await other.close()
    await jobs.sequence(database)
    records = await read(database)
    assert [record.event.event_id for record in records] == [event(n).event_id for n in range(24)]
    erased = [record for record in records if record.is_erased]
    assert [record.event.event_id for record in erased] == [event(0).event_id, event(2).event_id]
    assert all(record.is_intact for record in records)


async def test_a_forged_payload_shows_and_stops_nobody_from_reading_the_rest(database: Database[Tx]) -> None:
    await add(database, event(1), event(2))
    await jobs.sequence(database)
    swap = "INSERT INTO audit_keys (subject_ref, sealed_key) SELECT :new, sealed_key FROM audit_keys"
    await run(database, swap, new=HUNG)
    await run(
        database,
        "UPDATE audit_keys SET sealed_key = :junk WHERE subject_ref = :ref",
        junk=b"\x01" * 60,
        ref=LAN,
    )
    await add(database, event(3, subject_ref=""))
    await jobs.sequence(database)
    records = await read(database)
    assert [record.is_intact for record in records] == [False, False, True]
    assert records[2].event == event(3, subject_ref="")


async def test_events_are_read_by_type_by_person_and_by_page(database: Database[Tx]) -> None:
    locked = AuditEvent(
        event_id=EventId("locked"),
        type=EventType.PERSON_LOCKED,
        at=NOW,
        actor="operator:x",
        subject_ref=HUNG,
    )
    await add(database, *(event(n) for n in range(1, 5)), locked)
    await jobs.sequence(database)
    assert [r.event for r in await read(database, event_type=EventType.PERSON_LOCKED)] == [locked]
    assert [r.event for r in await read(database, subject_ref=HUNG)] == [locked]
    assert await read(database, subject_ref=LAN, event_type=EventType.PERSON_LOCKED) == []
    page = await database.read(lambda tx: tx.audit.read(1, 2))
    assert [record.leaf_index for record in page] == [2, 3]


async def test_numbers_follow_time_then_id_and_a_clock_set_back_breaks_nothing(
    database: Database[Tx],
) -> None:
    await add(database, event(30), event(10), event(20))
    await jobs.sequence(database)
    await add(database, event(5))  # the clock was set back
    await jobs.sequence(database)
    assert [record.event.event_id[-2:] for record in await read(database)] == ["10", "20", "30", "05"]


async def test_numbering_takes_at_most_500_events_a_transaction(database: Database[Tx]) -> None:
    for start in range(0, 1200, 400):
        await add(database, *(event(n, subject_ref="") for n in range(start, start + 400)))
    assert (await database.transact(lambda tx: Done(tx.audit.number(500)))).unwrap() == 500
    assert await jobs.sequence(database) == 700
    assert await jobs.sequence(database) == 0
    assert [record.leaf_index for record in await read(database)] == list(range(1200))


async def test_two_sequencers_and_many_writers_leave_no_gap_and_no_double(
    database: Database[Tx], database_url: str, vault: Vault, clock: Clock
) -> None:
    other = Database(database_url, Tx.unit(vault, clock), clock=clock)
    await other.open()

    async def write(start: int) -> None:
        for n in range(start, start + 10):
            await add((database, other)[n % 2], event(n), event(1000 + n, subject_ref=HUNG))

    async def number(one: Database[Tx]) -> int:
        total = 0
        for _ in range(12):
            total += await jobs.sequence(one)
            await asyncio.sleep(0.005)
        return total

    numbering = asyncio.gather(number(database), number(other))
    await asyncio.gather(*(write(n) for n in range(0, 60, 10)))
    outcome = await numbering
    rest = await jobs.sequence(other)
    await other.close()
    records = await read(database)
    assert outcome[0] + outcome[1] + rest == 120
    assert [record.leaf_index for record in records] == list(range(120))
    assert len({record.event.event_id for record in records}) == 120
    assert all(record.is_intact for record in records)


async def test_the_first_events_of_a_person_from_two_nodes_share_one_key(
    database: Database[Tx], database_url: str, vault: Vault, clock: Clock
) -> None:
    other = Database(database_url, Tx.unit(vault, clock), clock=clock)
    await other.open()
    await asyncio.gather(*(add((database, other)[n % 2], event(n)) for n in range(20)))
    await other.close()
    await jobs.sequence(database)
    records = await read(database)
    assert len(records) == 20
    assert all(record.is_intact for record in records)


async def test_an_event_of_a_transaction_that_fails_was_never_there(database: Database[Tx]) -> None:
    def work(tx: Tx) -> Done[None]:
        tx.audit.add(event(1))
        raise KeyError("too late")

    with pytest.raises(KeyError):
        await database.transact(work)
    assert await jobs.sequence(database) == 0


async def test_an_event_about_nobody_may_share_its_commit(
    database: Database[Tx], vault: Vault, clock: Clock
) -> None:
    events = [event(n, subject_ref="") for n in range(30)]
    await asyncio.gather(*(service.record(database, one, vault=vault, clock=clock) for one in events))
    assert await jobs.sequence(database) == 30
    assert [record.event for record in await read(database)] == events
    with pytest.raises(ValueError, match="about a person"):
        await service.record(database, event(99), vault=vault, clock=clock)


FORBIDDEN = (
    "DELETE FROM audit_events",
    "DELETE FROM audit_events WHERE event_id = 'event-0001'",
    "UPDATE audit_events SET actor = 'system'",
    "UPDATE audit_events SET subject_ref = ''",
    "UPDATE audit_events SET type = 'session:ended'",
    "UPDATE audit_events SET at = at + 1",
    "UPDATE audit_events SET txn = 'other'",
    "UPDATE audit_events SET event_id = 'other' WHERE event_id = 'event-0001'",
    "UPDATE audit_events SET payload_digest = salt",
    "UPDATE audit_events SET payload = salt",
    "UPDATE audit_events SET salt = payload_digest",
    "UPDATE audit_events SET leaf_index = leaf_index + 7",
    "UPDATE audit_events SET leaf_index = NULL",
    "UPDATE audit_events SET payload = NULL, actor = 'system'",
    (
        "INSERT INTO audit_events (event_id, type, at, actor, subject_ref, payload_digest, txn, leaf_index)"
        " VALUES ('new', 'session:ended', 1, '', '', '', '', 9)"
    ),
)


async def test_no_sql_changes_or_deletes_an_event(database: Database[Tx]) -> None:
    await add(database, event(1), event(2))
    await jobs.sequence(database)
    before = await read(database)
    for sql in FORBIDDEN:
        with pytest.raises(DBAPIError, match="append-only"):
            await run(database, sql)
    assert await read(database) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "sql",
    [
        (
            "INSERT OR REPLACE INTO audit_events (event_id, type, at, actor, subject_ref, payload_digest, txn)"
            " VALUES ('event-0001', 'session:ended', 1, '', '', '', '')"
        ),
        "UPDATE OR REPLACE audit_events SET leaf_index = 0 WHERE event_id = 'event-0003'",
    ],
)
async def test_on_sqlite_a_replace_deletes_no_event_either(database: Database[Tx], sql: str) -> None:
    await add(database, event(1), event(2))
    await jobs.sequence(database)
    await add(database, event(3))
    before = await read(database)
    with pytest.raises(DBAPIError, match="append-only"):
        await run(database, sql)
    assert await read(database) == before


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_on_postgresql_the_table_can_not_be_truncated(database: Database[Tx]) -> None:
    await add(database, event(1))
    with pytest.raises(DBAPIError, match="append-only"):
        await run(database, "TRUNCATE audit_events")
    assert await jobs.sequence(database) == 1


def test_a_leaf_does_not_depend_on_how_its_moment_was_written() -> None:
    hanoi = NOW.astimezone(timezone(timedelta(hours=7)))
    leaves = {
        leaf(event_type=EventType.SUMMARY, at=at, event_id=EventId("e"), digest=b"d") for at in (NOW, hanoi)
    }
    assert len(leaves) == 1


async def test_to_number_the_oldest_events_takes_no_look_at_all_that_wait(database: Database[Tx]) -> None:
    await add(database, event(1))
    asked: list[tuple[str, tuple[object, ...]]] = []

    def watch(tx: Tx) -> Done[list[str]]:
        def keep(*given: object) -> None:
            asked.append((str(given[2]), cast("tuple[object, ...]", given[3])))

        listen(tx.connection, "before_cursor_execute", keep)
        try:
            tx.audit.number(500)
        finally:
            remove(tx.connection, "before_cursor_execute", keep)
        if tx.connection.dialect.name != "sqlite":
            return Done([])
        ((numbering, values),) = [one for one in asked if "row_number" in one[0]]
        plan = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {numbering}", values)
        return Done([row[3] for row in plan])

    steps = (await database.transact(watch)).unwrap()
    assert not [step for step in steps if "TEMP B-TREE" in step]
    assert not steps or [step for step in steps if "ix_audit_events_unnumbered" in step]
