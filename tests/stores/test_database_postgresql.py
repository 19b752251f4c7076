"""idp/database on PostgreSQL: lost connections, deadlocks, full pools, a server that is down (SECURITY R03–R06)."""

import asyncio
import gc
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from idp.clock import Clock
from idp.database import Database, DatabaseBusy, DatabaseUnavailable, Done
from idp.database import postgresql as engine
from tests.stores.one_number import bare, raise_version, version


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
    """End every other connection to this database, as a restart of the server would, and see each end.

    The server's own processes (an autovacuum worker comes unasked) are nobody's connections. The database is this
    test's own, so that none of another test can still be closing in it.
    """
    ended = await server.fetch(
        "SELECT pg_terminate_backend(pid, 5000) AS gone FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    assert all(connection["gone"] for connection in ended)
    return len(ended)


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
    runs, raised = 0, asyncio.Event()

    def raise_slowly(connection: Connection) -> Done[int]:
        nonlocal runs
        runs += 1
        number = raise_version(connection)
        raised.set()
        connection.exec_driver_sql("SELECT pg_sleep(0.4)")
        return number

    running = asyncio.create_task(small.transact(raise_slowly))
    await raised.wait()
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
    assert all(isinstance(outcome, DatabaseBusy) for outcome in outcomes)
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


async def test_an_outage_that_nobody_waits_for_any_more_is_no_fault(tmp_path: Path) -> None:
    """A caller that hung up, or a job that is told to stop, while the server is away."""
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    database = Database(f"postgresql://hpid@/hpid?host={tmp_path}", bare, clock=Clock())
    callers = [asyncio.create_task(database.read(version)) for _ in range(8)]
    await asyncio.sleep(0)  # each has begun
    for caller in callers:
        caller.cancel()
    assert all(
        isinstance(one, asyncio.CancelledError)
        for one in await asyncio.gather(*callers, return_exceptions=True)
    )
    await database.close()
    gc.collect()
    assert complaints == []


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


class Proxy:
    """Stands between us and the server: falls silent, or cuts the connection at COMMIT."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url)
        self.port = self._server.port or 5432
        self.passes = asyncio.Event()
        self.passes.set()
        self.cuts_before_commit = False
        self.cuts_after_commit = False
        self._writers: list[asyncio.StreamWriter] = []
        self._pumps: list[asyncio.Task[None]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = str(self._server.query.get("host", self._server.host))
        if host.startswith("/"):
            back, forth = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{self.port}")
        else:
            back, forth = await asyncio.open_connection(host, self.port)
        self._writers += [writer, forth]
        self._pumps += [
            asyncio.create_task(self._pump(reader, forth)),
            asyncio.create_task(self._pump(back, writer)),
        ]

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65536):
            await self.passes.wait()
            if b"COMMIT;" in chunk and (self.cuts_before_commit or self.cuts_after_commit):
                if self.cuts_after_commit:
                    self.passes.clear()  # the answer does not come back
                    sink.write(chunk)
                    await asyncio.sleep(0.1)
                self.close()
                self.passes.set()
                return
            sink.write(chunk)
            await sink.drain()
        sink.close()

    def close(self) -> None:
        for writer in self._writers:
            writer.close()

    async def end(self) -> None:
        self.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)


@pytest.fixture
async def proxy(postgresql_url: str, tmp_path: Path) -> AsyncIterator[Proxy]:
    proxy = Proxy(postgresql_url)
    async with await asyncio.start_unix_server(proxy.serve, tmp_path / f".s.PGSQL.{proxy.port}"):
        yield proxy
        await proxy.end()


@pytest.fixture
async def behind(
    proxy: Proxy, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database[Connection]]:
    """Our database as seen through the proxy, with little patience."""
    monkeypatch.setattr(engine, "_CLIENT_SECONDS", 0.3)
    url = make_url(postgresql_url).set(query={"host": str(tmp_path)})
    database = Database(url.render_as_string(hide_password=False), bare, clock=Clock())
    yield database
    await database.close()


async def test_a_server_that_falls_silent_is_given_up_and_found_again(
    proxy: Proxy, behind: Database[Connection]
) -> None:
    assert await behind.read(version) == 1
    proxy.passes.clear()
    with pytest.raises(DatabaseUnavailable, match="Timeout"):
        await behind.transact(raise_version)
    proxy.passes.set()
    assert (await behind.transact(raise_version)).unwrap() == 2


@pytest.mark.parametrize("committed", [False, True])
async def test_a_connection_lost_during_commit_is_reported_and_never_run_anew(
    proxy: Proxy, behind: Database[Connection], committed: bool
) -> None:
    runs = 0

    def work(connection: Connection) -> Done[int]:
        nonlocal runs
        runs += 1
        return raise_version(connection)

    assert await behind.read(version) == 1
    proxy.cuts_before_commit, proxy.cuts_after_commit = not committed, committed
    with pytest.raises(DatabaseUnavailable, match="PostgreSQL: "):
        await behind.transact(work)
    proxy.cuts_before_commit = proxy.cuts_after_commit = False
    assert runs == 1
    assert await behind.read(version) == 1 + committed


async def test_a_mistake_of_ours_is_not_called_an_outage(small: Database[Connection]) -> None:
    with pytest.raises(ProgrammingError, match="no_such_table"):
        await small.read(lambda c: c.exec_driver_sql("SELECT * FROM no_such_table"))


async def test_what_a_role_was_not_granted_is_an_outage_until_it_is(small: Database[Connection]) -> None:
    """Rights forgotten at the installation (deploy/postgresql/grants.sql)."""

    def raise_as_another(connection: Connection) -> Done[int]:
        connection.exec_driver_sql("SET LOCAL ROLE pg_monitor")
        return raise_version(connection)

    told = "permission denied for table config_version: this role may not do it, see deploy/postgresql"
    with pytest.raises(DatabaseUnavailable, match=told):
        await small.transact(raise_as_another)
    assert (await small.transact(raise_version)).unwrap() == 2


async def test_reads_can_not_write_even_by_sql(small: Database[Connection]) -> None:
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        await small.read(raise_version)
    assert await small.read(version) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people (bucket, person_id, name_fold) VALUES ('00', 'x', 'nguyen thi huong')",
        "INSERT INTO interaction_ends (interaction_id, ended_at, expires_at) VALUES ('huong', 1, 1), ('huong', 1, 1)",
    ],
    ids=["a value is missing", "a value is there twice"],
)
async def test_what_the_server_says_of_a_broken_rule_names_no_row(
    small: Database[Connection], statement: str
) -> None:  # G07
    def work(connection: Connection) -> Done[None]:
        connection.execute(text(statement))
        return Done(None)

    with pytest.raises(IntegrityError) as broken:
        await small.transact(work)
    logged = "".join(traceback.format_exception(broken.value))
    assert "constraint" in logged
    told = logged.replace(statement, "").replace(f"{text(statement)}", "")
    assert "DETAIL" not in told
    assert "nguyen thi huong" not in told
