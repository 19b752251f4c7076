"""The way to PostgreSQL goes bad: silent, reset, slow, read-only, or over to another server (SECURITY R03, R06, R08)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import Connection, make_url, select, text, update

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done, metadata, servers
from idp.database import postgresql as engine
from tests.faults.forwarder import Forwarder
from tests.server import free_ports
from tests.stores.one_number import bare, raise_version, version

pytestmark = pytest.mark.network
POOL = 4


@asynccontextmanager
async def opened(url: str, *, prepared: bool = True) -> AsyncIterator[Database[Connection]]:
    database = Database(url, bare, pool=POOL, prepared=prepared, clock=Clock())
    yield database
    await database.close()


async def fill_the_pool(database: Database[Connection]) -> None:
    def hold(connection: Connection) -> int:
        connection.exec_driver_sql("SELECT pg_sleep(0.1)")
        return version(connection)

    await asyncio.gather(*(database.read(hold) for _ in range(POOL)))


@pytest.fixture
async def way(postgresql_url: str) -> AsyncIterator[Forwarder]:
    way = Forwarder(postgresql_url, free_ports(1)[0])
    await way.up()
    yield way
    way.speak()
    await way.down()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CLIENT_SECONDS", 0.4)
    monkeypatch.setattr(engine, "_WHOLE_SECONDS", 0.8)
    monkeypatch.setattr(servers, "CONNECT_SECONDS", 0.6)


@pytest.mark.usefixtures("impatient")
async def test_a_peer_that_vanishes_costs_one_wait_not_one_per_connection(way: Forwarder) -> None:
    async with opened(way.url) as database:
        await fill_the_pool(database)
        assert way.connections == POOL
        way.hush()
        with pytest.raises(DatabaseUnavailable):
            await database.transact(raise_version)
        way.speak()
        answers = await asyncio.gather(*(database.read(version) for _ in range(POOL)))
        assert len(set(answers)) == 1


async def test_a_peer_that_takes_no_farewell_is_cut_without_a_word(
    way: Forwarder, caplog: pytest.LogCaptureFixture
) -> None:
    """A command whose work was done ended in a stack trace of the driver's."""
    async with opened(way.url) as database:
        await fill_the_pool(database)
        way.hush()
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.usefixtures("impatient")
async def test_nobody_waits_longer_than_the_whole_while_the_peer_is_silent(way: Forwarder) -> None:
    async with opened(way.url) as database:
        await fill_the_pool(database)
        way.hush()
        loop = asyncio.get_running_loop()
        began = loop.time()
        told = await asyncio.gather(*(database.read(version) for _ in range(40)), return_exceptions=True)
        assert all(isinstance(one, DatabaseUnavailable) for one in told)
        assert loop.time() - began < 2.0 + 0.8 + 0.7  # a connection, the whole, and some
        way.speak()
        assert await database.read(version) == 1


@pytest.mark.parametrize("bytes_more", [1, 40, 150])
async def test_reset_in_the_midst_of_the_work_it_is_done_once(way: Forwarder, bytes_more: int) -> None:
    async with opened(way.url) as database:
        assert await database.read(version) == 1
        way.weather.reset_after = bytes_more
        assert (await database.transact(raise_version)).unwrap() == 2
        assert await database.read(version) == 2


@pytest.mark.parametrize("bytes_more", [1, 150, 400])
async def test_reset_in_the_midst_of_plain_statements_too(way: Forwarder, bytes_more: int) -> None:
    head = metadata.tables["audit_head"]
    number, move = select(head.c.next_index), update(head).values(next_index=head.c.next_index + 1)

    def next_index(connection: Connection) -> int:
        found: int = connection.execute(number).scalar_one()
        return found

    async with opened(way.url) as database:
        assert await database.read(next_index) == 0
        way.weather.reset_after = bytes_more
        await database.transact(lambda connection: Done(connection.execute(move)))
        assert await database.read(next_index) == 1


@pytest.mark.usefixtures("impatient")
async def test_an_answer_that_is_lost_leaves_it_unknown_and_is_not_run_anew(
    way: Forwarder, postgresql_url: str
) -> None:
    async with opened(way.url) as database, opened(postgresql_url) as beside:
        assert await database.read(version) == 1

        def deaf_at_the_end(connection: Connection) -> Done[int]:
            done = raise_version(connection)
            way.weather.drops_answers = True
            return done

        with pytest.raises(DatabaseUnavailable):
            await database.transact(deaf_at_the_end)
        way.weather.drops_answers = False
        assert await beside.read(version) == 2  # it was done, once; whoever asked was told that nobody knows
        assert await database.read(version) == 2


async def test_slow_calls_are_done_and_too_slow_ones_end_in_order(
    way: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_WHOLE_SECONDS", 1.2)
    async with opened(way.url) as database:
        await fill_the_pool(database)
        way.weather.latency = 0.05
        assert (await database.transact(raise_version)).unwrap() == 2
        way.weather.latency = 0.5
        loop = asyncio.get_running_loop()
        began = loop.time()
        told = await asyncio.gather(*(database.read(version) for _ in range(POOL)), return_exceptions=True)
        assert all(isinstance(one, DatabaseUnavailable) for one in told)
        assert loop.time() - began < 1.2 + 0.5
        way.weather.latency = 0.0
        answers = await asyncio.gather(*(database.read(version) for _ in range(10 * POOL)))
        assert set(answers) == {2}


async def test_every_transaction_is_bounded_by_the_server_and_leaves_nothing_on_the_session(
    postgresql_url: str,
) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    def inside(connection: Connection) -> list[str]:
        return [str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in names]

    async with opened(postgresql_url) as database:
        for _ in range(2):
            assert await database.read(inside) == ["3s", "2s", "10s"]
            assert (await database.transact(lambda c: Done(inside(c)))).unwrap() == ["3s", "2s", "10s"]

        def set_for_good(connection: Connection) -> list[str]:
            connection.exec_driver_sql("COMMIT")
            return inside(connection)

        assert await database.read(set_for_good) == ["0", "0", "0"]


@pytest.mark.parametrize("prepared", [True, False])
async def test_without_prepared_statements_all_is_the_same(postgresql_url: str, prepared: bool) -> None:
    def names_of(connection: Connection) -> list[str]:
        version(connection)
        return list(connection.scalars(text("SELECT name FROM pg_prepared_statements")))

    async with opened(postgresql_url, prepared=prepared) as database:
        assert (await database.transact(raise_version)).unwrap() == 2
        assert bool(await database.read(names_of)) is prepared


async def test_a_statement_whose_result_a_migration_changed_is_prepared_anew(postgresql_url: str) -> None:
    async with opened(postgresql_url) as database:
        await fill_the_pool(database)
        await database.transact(
            lambda c: Done(c.exec_driver_sql("ALTER TABLE config_version ALTER version TYPE numeric"))
        )
        answers = await asyncio.gather(*(database.read(version) for _ in range(2 * POOL)))
        assert {int(number) for number in answers} == {1}


@asynccontextmanager
async def read_only(url: str) -> AsyncIterator[None]:
    """Have a database refuse writes, as a standby or a full managed server does."""
    name = make_url(url).database
    connection = await asyncpg.connect(
        make_url(url).set(database="postgres").render_as_string(hide_password=False)
    )
    try:
        await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        yield
        await connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    finally:
        await connection.close()


async def test_a_server_that_takes_no_writes_is_not_used(postgresql_url: str) -> None:
    async with opened(postgresql_url) as database:
        async with read_only(postgresql_url):
            with pytest.raises(DatabaseUnavailable, match="takes no writes"):
                await database.read(version)
        assert await database.read(version) == 1


async def test_connections_to_a_server_that_became_a_standby_are_dropped_unseen(postgresql_url: str) -> None:
    def turn_read_only(connection: Connection) -> None:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("SET default_transaction_read_only = on")
        connection.exec_driver_sql("SELECT pg_sleep(0.1)")

    async with opened(postgresql_url) as database:
        await asyncio.gather(*(database.read(turn_read_only) for _ in range(POOL)))
        numbers = await asyncio.gather(*(database.transact(raise_version) for _ in range(POOL)))
        assert sorted(number.unwrap() for number in numbers) == [2, 3, 4, 5]


@asynccontextmanager
async def two_ways(url: str) -> AsyncIterator[tuple[str, Forwarder, Forwarder]]:
    """Two places that lead to one database, and the URL that names both."""
    ports = free_ports(2)
    ways = [Forwarder(url, port) for port in ports]
    for way in ways:
        await way.up()
    target = make_url(url)
    places = ",".join(f"127.0.0.1:{port}" for port in ports)
    try:
        yield f"postgresql://{target.username}@{places}/{target.database}", ways[0], ways[1]
    finally:
        for way in ways:
            way.speak()
            await way.down()


async def test_when_one_server_goes_all_are_at_the_next_and_stay_there(postgresql_url: str) -> None:
    async with two_ways(postgresql_url) as (url, first, second), opened(url) as database:
        await fill_the_pool(database)
        assert (first.connections, second.connections) == (POOL, 0)
        await first.down()
        numbers = await asyncio.gather(*(database.transact(raise_version) for _ in range(2 * POOL)))
        assert max(number.unwrap() for number in numbers) == 1 + 2 * POOL
        await first.up()
        await second.cut()
        await fill_the_pool(database)
        assert first.connections == 0
        await second.down()
        assert await database.read(version) == 1 + 2 * POOL
        await first.down()
        with pytest.raises(DatabaseUnavailable, match="Connect call failed"):
            await database.read(version)


@pytest.mark.usefixtures("impatient")
async def test_a_server_that_is_silent_leaves_time_for_the_next(postgresql_url: str) -> None:
    async with two_ways(postgresql_url) as (url, first, _), opened(url) as database:
        first.hush()
        assert await database.read(version) == 1


async def test_a_log_in_that_is_refused_is_told_whatever_the_others_say(postgresql_url: str) -> None:
    async with two_ways(postgresql_url) as (url, _, second):
        await second.down()
        async with opened(url.replace("/hpid", "/nobody_made_")) as database:
            with pytest.raises(DatabaseUnavailable, match="does not exist"):
                await database.read(version)
