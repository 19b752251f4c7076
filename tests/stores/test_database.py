"""idp/database: what commits, what rolls back, who waits for whom, and what a caller that goes away leaves behind."""

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, event, func, insert, select
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import IntegrityError

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done, Refused, UtcTime, engine_url
from idp.database.url import places_of

notes = Table(
    "notes",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text),
    Column("at", UtcTime),
)
ADD = insert(notes)


def bare(connection: Connection) -> Connection:
    return connection


def add(number: int) -> Callable[[Connection], Done[int]]:
    def work(connection: Connection) -> Done[int]:
        connection.execute(ADD, {"number": number, "text": "x"})
        return Done(number)

    return work


def numbers(connection: Connection) -> list[int]:
    return list(connection.scalars(select(notes.c.number).order_by(notes.c.number)))


@pytest.fixture
async def board(database_url: str) -> AsyncIterator[Database[Connection]]:
    database = Database(database_url, bare, clock=Clock())
    await database.open()

    def create(connection: Connection) -> Done[None]:
        notes.create(connection)
        return Done(None)

    await database.transact(create)
    yield database
    await database.close()


async def test_what_is_done_commits(board: Database[Connection]) -> None:
    assert (await board.transact(add(1))).unwrap() == 1
    assert await board.read(numbers) == [1]


async def test_what_is_refused_keeps_its_writes_and_the_caller_raises(board: Database[Connection]) -> None:
    def refuse(connection: Connection) -> Refused:
        connection.execute(ADD, {"number": 1, "text": "a mark"})
        return Refused(PermissionError("replayed"))

    outcome: Done[None] | Refused = await board.transact(refuse)
    assert await board.read(numbers) == [1]
    with pytest.raises(PermissionError, match="replayed"):
        outcome.unwrap()


async def test_only_an_exception_rolls_back(board: Database[Connection]) -> None:
    def fail(connection: Connection) -> Done[None]:
        connection.execute(ADD, {"number": 1, "text": "x"})
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        await board.transact(fail)
    assert await board.read(numbers) == []
    await board.transact(add(2))
    assert await board.read(numbers) == [2]


async def test_a_write_in_a_read_fails_and_changes_nothing(board: Database[Connection]) -> None:
    with pytest.raises(DatabaseUnavailable):
        await board.read(add(1))
    assert await board.read(numbers) == []


async def test_a_read_sees_one_snapshot(board: Database[Connection], database_url: str, clock: Clock) -> None:
    await board.transact(add(1))

    async def write() -> None:
        other = Database(database_url, lambda connection: connection, clock=clock)
        await other.transact(add(2))
        await other.close()

    def look_twice(connection: Connection) -> tuple[list[int], list[int]]:
        first = numbers(connection)
        another_process = threading.Thread(target=lambda: asyncio.run(write()))
        another_process.start()
        another_process.join()
        return first, numbers(connection)

    first, second = await board.read(look_twice)
    assert first == second == [1]
    assert await board.read(numbers) == [1, 2]


async def test_one_bad_transaction_spoils_nothing_for_those_that_commit_with_it(
    board: Database[Connection],
) -> None:
    await board.transact(add(25))
    outcomes = await asyncio.gather(*(board.transact(add(n)) for n in range(50)), return_exceptions=True)
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, BaseException)] == [25]
    assert isinstance(outcomes[25], IntegrityError)
    assert await board.read(numbers) == list(range(50))


async def test_appended_rows_share_inserts_and_each_is_answered_after_its_commit(
    board: Database[Connection],
) -> None:
    inserts: list[int] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def count(
        _c: object, _cursor: object, statement: str, given: list[object], _x: object, _many: bool
    ) -> None:
        if statement.startswith("INSERT INTO notes"):
            inserts.append(len(given))

    async def append_and_look(number: int) -> bool:
        await board.append(ADD, lambda: {"number": number, "text": "x"})
        return number in await board.read(numbers)

    try:
        assert all(await asyncio.gather(*(append_and_look(n) for n in range(100))))
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert len(inserts) <= 3
    assert await board.read(numbers) == list(range(100))


async def test_an_appended_row_that_fails_fails_alone(board: Database[Connection]) -> None:
    await board.transact(add(3))
    rows = [board.append(ADD, partial(dict, number=n, text="x")) for n in range(6)]
    outcomes = await asyncio.gather(*rows, return_exceptions=True)
    assert [n for n, outcome in enumerate(outcomes) if outcome is not None] == [3]
    assert await board.read(numbers) == list(range(6))


async def test_an_appended_row_that_can_t_be_made_fails_alone(board: Database[Connection]) -> None:
    def make(number: int) -> dict[str, object]:
        if number == 3:
            raise ArithmeticError(number)
        return {"number": number, "text": "x"}

    rows = [board.append(ADD, partial(make, n)) for n in range(6)]
    outcomes = await asyncio.gather(*rows, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [ArithmeticError] + [type(None)] * 2
    assert await board.read(numbers) == [0, 1, 2, 4, 5]


async def test_a_caller_that_goes_away_leaves_nothing_half_done(board: Database[Connection]) -> None:
    async def write_and_go(number: int) -> None:
        task = asyncio.create_task(board.transact(add(number)))
        for _ in range(number % 7):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    await asyncio.gather(*(write_and_go(n) for n in range(60)))
    reads = [asyncio.create_task(board.read(numbers)) for _ in range(20)]
    await asyncio.sleep(0)
    for read in reads:
        read.cancel()
    await asyncio.gather(*reads, return_exceptions=True)
    for number in range(100, 120):  # more than the pool holds: none of its connections was lost
        await board.transact(add(number))
    assert await board.read(lambda c: c.scalar(select(func.count()).where(notes.c.number >= 100))) == 20


async def test_close_lets_what_has_begun_end_and_takes_nothing_more(
    board: Database[Connection], database_url: str
) -> None:
    writes = [asyncio.create_task(board.transact(add(n))) for n in range(30)]
    rows = [asyncio.create_task(board.append(ADD, partial(dict, number=n, text="x"))) for n in range(30, 60)]
    await asyncio.sleep(0)
    await board.close()
    await asyncio.gather(*writes, *rows)
    for late in (
        board.transact(add(99)),
        board.append(ADD, lambda: {"number": 99, "text": "x"}),
        board.read(numbers),
    ):
        with pytest.raises(DatabaseUnavailable, match="closed"):
            await late
    again = Database(database_url, bare, clock=Clock())
    await again.open()
    assert await again.read(numbers) == list(range(60))
    await again.close()


async def test_our_frames_between_a_transaction_and_its_function_are_few(board: Database[Connection]) -> None:
    def depth(_: Connection) -> Done[int]:
        return Done(sum("/idp/" in frame.filename for frame in inspect.stack(context=0)))

    assert (await board.transact(depth)).unwrap() <= 1


async def test_times_come_back_as_they_went_in(board: Database[Connection]) -> None:
    moments = [
        datetime(2026, 3, 2, 8, 0, 0, 123457, UTC),
        datetime(1950, 1, 1, 0, 0, 0, 1, UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
        datetime(2026, 3, 2, 8, 0, tzinfo=timezone(timedelta(hours=7))),
    ]

    def store(connection: Connection) -> Done[None]:
        connection.execute(ADD, [{"number": n, "at": moment} for n, moment in enumerate(moments)])
        return Done(None)

    await board.transact(store)
    assert await board.read(lambda c: list(c.scalars(select(notes.c.at).order_by(notes.c.number)))) == moments
    with pytest.raises(ValueError, match="aware"):
        UtcTime().process_bind_param(moments[0].replace(tzinfo=None), DefaultDialect())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/db"])
def test_a_database_that_would_not_keep_anything_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="database URL"):
        engine_url(url)


@pytest.mark.parametrize(
    ("url", "places"),
    [
        ("postgresql:///hpid", [(None, 5432)]),
        ("postgresql://hpid@db.example/hpid?sslmode=require", [("db.example", 5432)]),
        ("postgresql://hpid:a%40b@db:5433/hpid", [("db", 5433)]),
        ("postgresql://hpid@[fd00::1]:5433/hpid", [("fd00::1", 5433)]),
        ("postgresql:///hpid?host=/run/postgresql&port=5433", [("/run/postgresql", 5433)]),
        ("postgresql://hpid:x,y@h1:5433,h2/hpid?sslmode=require", [("h1", 5433), ("h2", 5432)]),
        ("postgresql://hpid@[fd00::1]:5433,[fd00::2]/hpid", [("fd00::1", 5433), ("fd00::2", 5432)]),
        ("postgresql:///hpid?host=h1,h2&port=5433", [("h1", 5433), ("h2", 5433)]),
        ("postgresql:///hpid?host=h1&host=h2&port=1,2", [("h1", 1), ("h2", 2)]),
    ],
)
def test_the_url_of_servers_is_understood_as_libpq_writes_it(
    url: str, places: list[tuple[str | None, int]]
) -> None:
    target = engine_url(url)
    assert target.drivername == "postgresql+asyncpg"
    assert target.database == "hpid"
    assert [(place.host, place.port) for place in places_of(target)] == places


def test_a_password_stays_whole_whatever_stands_in_it() -> None:
    target = engine_url("postgresql://hpid:a,b%40c%2F@h1,h2/hpid")
    assert (target.username, target.password) == ("hpid", "a,b@c/")


@pytest.mark.parametrize(
    ("rest", "refusal"),
    [
        ("h1,h2/hpid?port=1,2,3", "one port"),
        ("h1:x,h2/hpid?port=y", "one port"),
        ("h1:99999/hpid", "beyond 65535"),
        ("h1,h2/hpid?port=0", "beyond 65535"),
        ("h1:x/hpid", "no URL"),
        ("h1/hpid?sslmod=require", "not known: sslmod"),
        ("h1/hpid?target_session_attrs=any", "read-write"),
        ("h1/hpid?sslmode=verify_full", "sslmode must be one of disable, allow, "),
        ("h1/hpid?sslrootcert=/nowhere/ca.pem", "sslrootcert: /nowhere/ca.pem can't be read: No such file"),
        ("h1/hpid?sslrootcert=/dev/null", "sslrootcert: /dev/null can't be read: "),
        ("h1/hpid?sslkey=/nowhere/key.pem", "sslkey: /nowhere/key.pem can't be read: No such file"),
    ],
)
def test_what_the_url_can_not_mean_is_refused(rest: str, refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        engine_url(f"postgresql://hpid@{rest}")
