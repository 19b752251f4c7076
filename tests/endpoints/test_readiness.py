"""/health/ready tells the truth, and why, and can be asked by anybody as often as they like (SECURITY R03, R04, R14)."""

import asyncio
import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from idp.configuration.cache import StateRefused
from idp.database import DatabaseBusy, DatabaseReadOnly, DatabaseUnavailable, Done, turns
from idp.signing_keys.store import signing_keys
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.world import World


async def test_a_node_that_can_read_write_and_sign_is_ready(world: World) -> None:
    await world.add_keys()
    assert await world.readiness() == (200, "ready")


async def test_without_a_signing_key_it_is_not(world: World) -> None:
    await world.add_keys()

    def remove(tx: Tx) -> Done[None]:
        tx.connection.execute(signing_keys.delete())
        tx.configuration.raise_version()
        return Done(None)

    await world.write(remove)
    assert await world.readiness() == (503, "no signing key is active")


async def writer_of(world: World) -> sqlite3.Connection:
    """The connection that writes, to make it fail as a disk or an operator does."""
    found = await world.provider.database.transact(
        lambda tx: Done(tx.connection.connection.driver_connection)
    )
    writer = found.unwrap()
    assert isinstance(writer, sqlite3.Connection)
    return writer


async def test_a_database_that_takes_no_writes_is_told_from_one_that_is_away(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.add_keys()
    writer = await writer_of(world)
    writer.execute("PRAGMA query_only = ON")
    assert await world.readiness() == (503, "the database takes no writes")
    assert await world.readiness() == (503, "the database takes no writes")
    told = [record for record in caplog.records if record.name == "hpid.readiness"]
    assert [record.levelname for record in told] == ["WARNING"], "once, not at every probe"
    writer.execute("PRAGMA query_only = OFF")
    assert await world.readiness() == (200, "ready")
    await world.provider.database.close()
    assert await world.readiness() == (503, "the database does not answer")


async def test_why_nothing_is_written_is_in_the_log_whoever_asks(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk is full for rows that are new, and has room to write one anew: then readiness finds nothing."""
    await world.add_keys()
    writer = await writer_of(world)
    writer.execute("PRAGMA query_only = ON")
    for _ in range(3):
        with pytest.raises(DatabaseReadOnly):
            await world.provider.database.transact(lambda tx: Done(tx.configuration.raise_version()))
    told = [record for record in caplog.records if record.name == "hpid.database"]
    assert [(record.levelname, record.getMessage()) for record in told] == [
        ("WARNING", "the database takes no writes")
    ], "once, not at every request"
    assert "readonly" in told[0].__dict__["hpid"]["reason"]
    writer.execute("PRAGMA query_only = OFF")


async def test_a_full_disk_is_seen_on_sqlite_too(world: World) -> None:
    """SQLite writes nothing where a row stays as it was, and would then find room on a disk that has none."""
    await world.add_keys()
    assert await world.readiness() == (200, "ready")
    with _no_file_grows(await world.provider.database.read(_log_of)):
        (
            status,
            _,
        ) = (
            await world.readiness()
        )  # a limit is an I/O error to SQLite, else it says that no writes are taken
    assert status == 503
    assert await world.readiness() == (200, "ready")


def _log_of(tx: Tx) -> Path:
    """Return the file into which SQLite writes what it commits."""
    return Path(f"{tx.connection.exec_driver_sql('PRAGMA database_list').one()[2]}-wal")


@contextmanager
def _no_file_grows(beyond: Path) -> Iterator[None]:
    """Let this process write no file that is longer than this one is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_state_of_another_release_or_profile_is_never_taken(world: World, rp: RelyingParty) -> None:
    """Started while the database was down, a node looks at what it finds when it comes (R04)."""
    cache = world.provider.configuration
    fits = False

    def check(tx: Tx) -> None:
        assert tx.configuration.revision()
        if not fits:
            raise StateRefused("the database is at revision 0001")

    cache.require(check)
    cache._version, cache._read_at = -1, float("-inf")  # as at the start
    cache._clients = {}
    assert await world.readiness() == (503, "the database is not fit for this release or profile")
    assert (await world.http.get(rp.authorize_url())).status_code == 503
    assert (await rp.refresh(world.http, "hp_rt_00" + "a" * 43)).status_code == 503
    fits = True
    assert (await world.http.get(rp.authorize_url())).status_code == 303
    assert await world.readiness() == (200, "ready")


async def test_however_many_ask_the_database_is_asked_once_a_second(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time writes a page on SQLite."""
    await world.add_keys()
    database, asked = world.provider.database, 0
    transact = type(database).transact

    async def counted(self: object, fn: object) -> object:
        nonlocal asked
        asked += 1
        return await transact(self, fn)  # type: ignore[arg-type]

    monkeypatch.setattr(type(database), "transact", counted)
    world.provider.readiness._found_at = float("-inf")
    for seconds_later, in_all in ((0.0, 1), (0.8, 1), (1.1, 2)):
        world.provider.readiness._found_at -= seconds_later
        answers = await asyncio.gather(*(world.http.get("/health/ready") for _ in range(50)))
        answers += [await world.http.get("/health/ready") for _ in range(5)]
        assert {answer.status_code for answer in answers} == {200}
        assert asked == in_all


async def test_authority_older_than_a_second_is_not_used_and_keys_and_discovery_go_on(
    world: World, rp: RelyingParty
) -> None:
    """DESIGN 5.8: what nobody can read anew is not guessed at."""
    cache = world.provider.configuration
    before: dict[str, httpx.Response] = {
        path: await world.http.get(path) for path in ("/jwks", "/.well-known/openid-configuration")
    }
    await world.provider.database.close()
    cache._read_at = world.provider.clock.stopwatch() - 0.9
    assert await cache.client(rp.client_id) is not None  # type: ignore[arg-type]
    cache._read_at = world.provider.clock.stopwatch() - 1.1
    with pytest.raises(DatabaseUnavailable):
        await cache.client(rp.client_id)  # type: ignore[arg-type]
    assert (await world.http.get(rp.authorize_url())).status_code == 503
    for path, answer in before.items():
        again = await world.http.get(path)
        assert (again.status_code, again.content) == (200, answer.content), path


@pytest.mark.parametrize(
    ("answered", "found"), [(0.0, (200, "ready")), (9.0, (503, "the database does not answer"))]
)
async def test_a_node_that_is_merely_full_stays(
    world: World, monkeypatch: pytest.MonkeyPatch, answered: float, found: tuple[int, str]
) -> None:
    """If it left for want of a turn, the others would be fuller, and leave too; but silence fills a queue as well."""
    await world.add_keys()
    assert await world.readiness() == (200, "ready")
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.05)
    goes_on = threading.Event()

    def hold(_tx: Tx) -> Done[bool]:
        return Done(goes_on.wait(10))

    holding = asyncio.create_task(world.provider.database.transact(hold))
    await asyncio.sleep(0.05)
    asked = asyncio.create_task(world.readiness())
    await asyncio.sleep(0.05)
    world.provider.configuration._read_at -= answered
    refused = asyncio.create_task(world.provider.database.transact(lambda _: Done(None)))
    await asyncio.sleep(0.2)
    goes_on.set()
    await holding
    with pytest.raises(DatabaseBusy):
        await refused
    assert await asked == found
