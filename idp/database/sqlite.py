"""SQLite: one writer thread whose commits are shared by all who wait; reads on the spot (DESIGN 5.7, adr/0028).

Write-ahead log, synchronous FULL: what was answered survives a power cut. `BEGIN IMMEDIATE` is said by us, so
that several processes on one file queue up instead of failing half-way; a reader sees one snapshot. A read takes less
time than handing it to a thread, and a writer holds up no reader: it runs in the event loop.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from idp.clock import Clock
from idp.database.outcome import DatabaseReadOnly, DatabaseUnavailable
from idp.database.prepared import Found, Prepared, PreparedConnection, Statements
from idp.database.turns import Turns

T = TypeVar("T")
UnitT = TypeVar("UnitT")

BUSY_SECONDS = 5.0
_READER_BUSY_SECONDS = 0.5
"""Only while another process folds the log into the file at its end."""
_SHARE_A_COMMIT = 32
_BEGIN_ATTEMPTS = 3
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")
_LOADING = ("cache_size=-20480", "wal_autocheckpoint=65536")
"""20 MiB of pages; a log of 256 MiB, so that what is written often goes from it into the file once."""
_READER = ("query_only=ON", "foreign_keys=ON", "trusted_schema=OFF")
_NO_WRITES = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL})
_DOWN = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)

_Job = tuple[Callable[[Any], object], Callable[[Connection], Any]]
"""What to do, and what makes of the connection the thing to do it with."""


class Sqlite:
    """One file. Connections and thread belong to one event loop."""

    def __init__(self, url: URL, clock: Clock) -> None:
        self._path = Path(url.database or "")
        self._writer = _Side(_engine(url, _WRITER, BUSY_SECONDS), BUSY_SECONDS, clock)
        self._reader = _Side(_engine(url, _READER, _READER_BUSY_SECONDS), _READER_BUSY_SECONDS, clock)
        self._thread = ThreadPoolExecutor(1, "sqlite-writer")
        self._turns: Turns[_Job, object] = Turns(self._commit, most=_SHARE_A_COMMIT, clock=clock)
        self._closed = False

    async def open(self) -> None:
        """Refuse a file that is missing or damaged, in words an operator understands."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._check)

    async def close(self) -> None:
        """Let what was taken end; then close all connections, which folds the log into the file."""
        await self._turns.close()
        self._closed = True
        self._reader.close()
        await asyncio.to_thread(self._shut)

    @property
    def connections(self) -> tuple[int, int]:
        """Return how many connections are in use, and the most there may be."""
        return self._writer.is_busy + self._reader.is_busy, 2

    async def read(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work on one snapshot."""
        if self._closed:
            raise DatabaseUnavailable("the database is closed")
        with _clear_errors(), self._reader.transaction("BEGIN") as connection:
            return work(unit(connection))

    glance = read
    """A snapshot costs nothing here."""

    async def widen(self) -> None:
        """Keep more pages in memory, and the log longer: a load touches most of them again and again."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._widen)

    async def write(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work in the writer thread and return after its commit."""
        return cast("T", await self._turns.take((work, unit)))

    async def _commit(self, items: Sequence[_Job]) -> Sequence[object]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, items)

    def _write(self, items: Sequence[_Job]) -> Sequence[object]:
        values: list[object] = []
        with _clear_errors(), self._writer.transaction("BEGIN IMMEDIATE") as connection:
            for work, unit in items:
                values.append(work(unit(connection)))
        return values

    def _check(self) -> None:
        if not self._path.is_file():
            raise DatabaseUnavailable(f"there is no database at {self._path}; `hpid init` makes one")
        with _clear_errors(), self._writer.transaction("BEGIN") as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()

    def _widen(self) -> None:
        with _clear_errors(), self._writer.transaction("BEGIN") as connection:
            driver = cast("_SqliteConnection", connection).driver
            for pragma in _LOADING:
                driver.execute(f"PRAGMA {pragma}")

    def _shut(self) -> None:
        self._thread.shutdown()
        self._writer.close()


class _SqliteConnection(PreparedConnection):
    """Runs plain statements by the driver; what it raises is named as SQLAlchemy names it."""

    statements = Statements(sqlite_dialect())

    @cached_property
    def driver(self) -> sqlite3.Connection:
        """Return the driver's connection."""
        return cast("sqlite3.Connection", self.connection.driver_connection)

    def run(self, prepared: Prepared, arguments: Sequence[Any]) -> Found:
        """Run it once."""
        try:
            cursor = self.driver.execute(prepared.text, arguments)
            if prepared.row is None:
                return Found([], cursor.rowcount)
            rows = [prepared.row(row) for row in cursor.fetchall()]
        except sqlite3.Error as error:
            raise _named(prepared, error) from error
        return Found(rows, len(rows))

    def run_many(self, prepared: Prepared, arguments: Sequence[Sequence[Any]]) -> Found:
        """Run it for each."""
        if prepared.row is not None:  # what it returns, executemany doesn't
            found = [row for each in arguments for row in self.run(prepared, each)]
            return Found(found, len(found))
        try:
            return Found([], self.driver.executemany(prepared.text, arguments).rowcount)
        except sqlite3.Error as error:
            raise _named(prepared, error) from error


def _named(prepared: Prepared, error: sqlite3.Error) -> BaseException:
    return DBAPIError.instance(prepared.text, None, error, sqlite3.Error, hide_parameters=True)


class _Side:
    """One connection, opened when first needed, and again after it broke."""

    def __init__(self, engine: Engine, busy_seconds: float, clock: Clock) -> None:
        self._engine = engine
        self._busy_seconds = busy_seconds
        self._clock = clock
        self._connection: _SqliteConnection | None = None
        self.is_busy = False

    @contextmanager
    def transaction(self, how: str) -> Iterator[Connection]:
        """Yield the connection in a transaction; commit unless an exception passes."""
        connection = self._connection
        if connection is None:
            connection = self._connection = _SqliteConnection(self._engine)
        driver = connection.driver
        self._begin(driver, how)
        self.is_busy = True
        try:
            yield connection
            driver.commit()
        except BaseException:
            self._roll_back(driver)
            raise
        finally:
            self.is_busy = False
            if connection.in_transaction():  # SQLAlchemy's own idea of one, which says nothing to the driver
                connection.rollback()

    def _begin(self, driver: sqlite3.Connection, how: str) -> None:
        """Begin; once more where it was refused at once, as by a process that closes the file, and not waited for."""
        until = self._clock.stopwatch() + self._busy_seconds
        for attempt in range(_BEGIN_ATTEMPTS):
            try:
                driver.execute(how)
            except sqlite3.OperationalError as error:
                is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                is_last = attempt == _BEGIN_ATTEMPTS - 1 or self._clock.stopwatch() >= until
                if not is_busy or is_last:
                    raise
            else:
                return

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self._engine.dispose()

    def _roll_back(self, driver: sqlite3.Connection) -> None:
        """Roll back; where not even that can be done, for want of memory too, another connection takes its place."""
        try:
            driver.rollback()
        except (sqlite3.Error, MemoryError):
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.invalidate()  # closed without a word: its transaction ends with it


def _engine(url: URL, pragmas: Sequence[str], busy_seconds: float) -> Engine:
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        connect_args={
            "isolation_level": None,
            "check_same_thread": False,
            "timeout": busy_seconds,
            "cached_statements": 512,
        },
    )

    @event.listens_for(engine, "connect")
    def set_up(driver: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        for pragma in pragmas:
            driver.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Turn what no caller can help into DatabaseUnavailable; a broken constraint stays what it is."""
    try:
        yield
    except sqlite3.Error as error:
        _raise_unavailable(error, error)
        raise
    except DBAPIError as error:
        _raise_unavailable(error.orig, error)
        raise
    except MemoryError as error:  # which is how the driver says SQLITE_NOMEM
        raise DatabaseUnavailable("SQLite: out of memory") from error


def _raise_unavailable(error: BaseException | None, cause: Exception) -> None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _NO_WRITES:
        raise DatabaseReadOnly(f"SQLite: {error}") from cause
    if code is not None and code & 0xFF in _DOWN:
        raise DatabaseUnavailable(f"SQLite: {error}") from cause
