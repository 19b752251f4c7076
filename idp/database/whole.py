"""The whole database on one connection and in one transaction, without the bounds of a request: back-up and restore.

These functions block: from a coroutine, call them by `asyncio.to_thread`.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import URL, Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from idp.database import DatabaseUnavailable, engine_url

T = TypeVar("T")
_Work = Callable[[Connection], T]

_BUSY_SECONDS = 1.0
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
)
"""Of another role's session everybody may see its database and its user; the server's own processes have none."""
_LOCKS_END = text("SET LOCAL lock_timeout = '10s'")


class DatabaseInUse(DatabaseUnavailable):
    """Somebody else is connected: a node, a worker, another command."""

    def __init__(self) -> None:
        super().__init__("the database is in use; stop every node, worker and command first")


def snapshot(url: str, work: _Work[T]) -> T:
    """Run the work on one snapshot that it can't change, while others go on writing."""
    target = engine_url(url)
    with _clear_errors():
        if target.get_backend_name() == "sqlite":
            with _sqlite(target, "PRAGMA query_only=ON") as connection:
                _driver(connection).execute("BEGIN")
                return work(connection)
        return asyncio.run(_postgresql(target, work, alone=False))


def alone(url: str, work: _Work[T]) -> T:
    """Run the work in one transaction while nobody else is connected, or raise DatabaseInUse; all of it or nothing.

    An embedded database is made if there is none; its foreign keys are off, so that tables can go and come.
    """
    target = engine_url(url)
    with _clear_errors():
        if target.get_backend_name() != "sqlite":
            return asyncio.run(_postgresql(target, work, alone=True))
        Path(str(target.database)).touch(mode=0o600)  # what it holds is for us alone
        with _sqlite(target, "PRAGMA locking_mode=EXCLUSIVE") as connection:
            _take(_driver(connection))
            value = work(connection)
            connection.commit()
            return value


def _take(driver: sqlite3.Connection) -> None:
    """Leave the write-ahead log, which SQLite does only for the last who has the file open, and keep everybody out."""
    try:
        driver.execute("PRAGMA journal_mode=DELETE").fetchone()
        driver.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise DatabaseInUse from error
        raise


@contextmanager
def _sqlite(target: URL, pragma: str) -> Iterator[Connection]:
    arguments = {"isolation_level": None, "timeout": _BUSY_SECONDS}
    engine = create_engine(target, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    with engine.connect() as connection:
        _driver(connection).execute(pragma)
        yield connection


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


async def _postgresql(target: URL, work: _Work[T], *, alone: bool) -> T:
    from idp.database.servers import make_engine

    engine = make_engine(target, prepared=True, seconds=None, poolclass=NullPool)
    if not alone:
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with engine.connect() as connection:
        if alone:
            await connection.execute(_LOCKS_END)
            if await connection.scalar(_OTHERS):
                raise DatabaseInUse
        value = await connection.run_sync(work)
        await connection.commit()
        return value


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseUnavailable(f"the database can't do it: {cause}") from error
