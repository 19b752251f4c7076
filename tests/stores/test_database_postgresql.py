"""idp/database on PostgreSQL: lost connections, deadlocks, full pools, a server that is down (SECURITY R03–R06)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ProgrammingError

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done

RAISE = text("UPDATE config_version SET version = version + 1 RETURNING version")
GET = text("SELECT version FROM config_version")


def bare(connection: Connection) -> Connection:
    return connection


def raise_version(connection: Connection) -> Done[int]:
    return Done(connection.execute(RAISE).scalar_one())


def version(connection: Connection) -> int:
    number: int = connection.execute(GET).scalar_one()
    return number


@pytest.fixture
async def server(postgresql_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside ours, to make trouble with."""
    connection = await asyncpg.connect(postgresql_url)
    yield connection
    await connection.close()


@pytest.fixture
async def small(postgresql_url: str) -> AsyncIterator[Database[Connection]]:
    database = Database(postgresql_url, bare, pool=2, clock=Clock())
    await database.open()
    yield database
    await database.close()


async def cut_off(server: asyncpg.Connection) -> int:
    """End every other connection to this database, as a restart of the server would."""
    rows = await server.fetch(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return len(rows)


async def test_connections_lost_while_idle_are_replaced_unseen(
    small: Database[Connection], server: asyncpg.Connection
) -> None:
    await asyncio.gather(small.read(version), small.read(version))
    assert await cut_off(server) == 2
    assert (await small.transact(raise_version)).unwrap() == 2
    await asyncio.gather(small.read(version), small.read(version))
    assert await cut_off(server) == 2
    assert await small.read(version) == 2


async def test_a_connection_lost_in_the_midst_of_the_work_runs_it_anew(
    small: Database[Connection], server: asyncpg.Connection
) -> None:
    runs = 0

    def raise_slowly(connection: Connection) -> Done[int]:
        nonlocal runs
        runs += 1
        number = raise_version(connection)
        connection.exec_driver_sql("SELECT pg_sleep(0.4)")
        return number

    running = asyncio.create_task(small.transact(raise_slowly))
    await asyncio.sleep(0.2)
    await cut_off(server)
    assert (await running).unwrap() == 2
    assert runs == 2


async def test_a_deadlock_runs_the_loser_anew(small: Database[Connection]) -> None:
    def create(connection: Connection) -> Done[None]:
        connection.exec_driver_sql("CREATE TABLE pair (id int PRIMARY KEY, n int NOT NULL)")
        connection.exec_driver_sql("INSERT INTO pair VALUES (1, 0), (2, 0)")
        return Done(None)

    await small.transact(create)

    def cross(first: int, second: int) -> Callable[[Connection], Done[None]]:
        def work(connection: Connection) -> Done[None]:
            for number in (first, second):
                connection.execute(text("UPDATE pair SET n = n + 1 WHERE id = :id"), {"id": number})
                connection.exec_driver_sql("SELECT pg_sleep(0.1)")
            return Done(None)

        return work

    await asyncio.gather(small.transact(cross(1, 2)), small.transact(cross(2, 1)))
    counts = await small.read(lambda c: list(c.scalars(text("SELECT n FROM pair"))))
    assert counts == [2, 2]


async def test_a_full_pool_answers_within_its_time_and_recovers(small: Database[Connection]) -> None:
    def hold(connection: Connection) -> Done[None]:
        connection.exec_driver_sql("SELECT pg_sleep(2.6)")
        return Done(None)

    loop = asyncio.get_running_loop()
    holding = [asyncio.create_task(small.transact(hold)) for _ in range(2)]
    await asyncio.sleep(0.1)
    began = loop.time()
    outcomes = await asyncio.gather(*(small.read(version) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(outcome, DatabaseUnavailable) for outcome in outcomes)
    assert loop.time() - began < 3.5
    await asyncio.gather(*holding)
    assert await small.read(version) == 1


async def test_a_lock_that_is_not_given_up_is_not_waited_for_for_ever(
    small: Database[Connection], server: asyncpg.Connection
) -> None:
    async with server.transaction():
        await server.execute("UPDATE config_version SET version = version")
        with pytest.raises(DatabaseUnavailable, match="lock timeout"):
            await small.transact(raise_version)
        assert await small.read(version) == 1
    assert (await small.transact(raise_version)).unwrap() == 2


async def test_a_server_that_is_down_is_unavailable_and_does_not_stop_our_start(tmp_path: Path) -> None:
    database = Database(f"postgresql://hpid@/hpid?host={tmp_path}", bare, clock=Clock())
    await database.open()
    with pytest.raises(DatabaseUnavailable, match="PostgreSQL: "):
        await database.read(version)
    with pytest.raises(DatabaseUnavailable, match="PostgreSQL: "):
        await database.transact(raise_version)
    await database.close()


async def test_a_database_that_comes_later_is_used(
    small: Database[Connection], server: asyncpg.Connection, postgresql_url: str
) -> None:
    url = make_url(postgresql_url)
    late = url.set(database=f"{url.database}_late").render_as_string(hide_password=False)
    database = Database(late, bare, clock=Clock())
    await database.open()
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        await database.read(version)
    await server.execute(f"CREATE DATABASE {url.database}_late")
    assert await database.read(lambda c: c.scalar(text("SELECT 1"))) == 1
    await database.close()
    await server.execute(f"DROP DATABASE {url.database}_late WITH (FORCE)")


async def test_a_mistake_of_ours_is_not_called_an_outage(small: Database[Connection]) -> None:
    with pytest.raises(ProgrammingError, match="no_such_table"):
        await small.read(lambda c: c.exec_driver_sql("SELECT * FROM no_such_table"))


async def test_reads_can_not_write_even_by_sql(small: Database[Connection]) -> None:
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        await small.read(raise_version)
    assert await small.read(version) == 1
