"""SQLite: one writer thread whose commits are shared by all who wait, and a few readers (DESIGN 5.7).

Write-ahead log, synchronous FULL: what was answered survives a power cut. `BEGIN IMMEDIATE` is said by us, so
that several processes on one file queue up instead of failing half-way; a reader sees one snapshot.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from idp.clock import Clock
from idp.database.outcome import DatabaseReadOnly, DatabaseUnavailable
from idp.database.turns import LONGEST_WAIT, Turns

T = TypeVar("T")
UnitT = TypeVar("UnitT")

BUSY_SECONDS = 5.0
_READERS = 3
_SHARE_A_COMMIT = 32
_BEGIN_ATTEMPTS = 3
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")
_READER = ("query_only=ON", "foreign_keys=ON", "trusted_schema=OFF")
_NO_WRITES = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL})
_DOWN = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
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
    """One file. Engines and threads belong to one event loop."""

    def __init__(self, url: URL, clock: Clock) -> None:
        self._path = Path(url.database or "")
        self._clock = clock
        self._writer = _engine(url, _WRITER, connections=1)
        self._reader = _engine(url, _READER, connections=_READERS)
        self._writer_thread = ThreadPoolExecutor(1, "sqlite-writer")
        self._reader_threads = ThreadPoolExecutor(_READERS, "sqlite-reader")
        self._turns: Turns[_Job, object] = Turns(self._commit, most=_SHARE_A_COMMIT, clock=clock)
        self._closed = False

    async def open(self) -> None:
        """Refuse a file that is missing or damaged, in words an operator understands."""
        await asyncio.get_running_loop().run_in_executor(self._writer_thread, self._check)

    async def close(self) -> None:
        """Let what was taken end; then close all connections, which folds the log into the file."""
        await self._turns.close()
        self._closed = True
        await asyncio.to_thread(self._shut)

    @property
    def connections(self) -> tuple[int, int]:
        """Return how many connections are in use, and the most there may be."""
        in_use = sum(_pool_of(engine).checkedout() for engine in (self._writer, self._reader))
        return in_use, 1 + _READERS

    async def read(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work in a reader thread on one snapshot."""
        if self._closed:
            raise DatabaseUnavailable("the database is closed")
        deadline = self._clock.stopwatch() + LONGEST_WAIT
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader_threads, self._read, work, unit, deadline)

    async def write(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work in the writer thread and return after its commit."""
        return cast("T", await self._turns.take((work, unit)))

    def _read(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT], deadline: float) -> T:
        if self._clock.stopwatch() > deadline:
            raise DatabaseUnavailable("the database is too busy")
        with _clear_errors(), self._reader.begin() as connection:
            _begin(connection, "BEGIN")
            return work(unit(connection))

    async def _commit(self, items: Sequence[_Job]) -> Sequence[object]:
        return await asyncio.get_running_loop().run_in_executor(self._writer_thread, self._write, items)

    def _write(self, items: Sequence[_Job]) -> Sequence[object]:
        values: list[object] = []
        with _clear_errors(), self._writer.begin() as connection:
            _begin(connection, "BEGIN IMMEDIATE")
            for work, unit in items:
                values.append(work(unit(connection)))
        return values

    def _check(self) -> None:
        if not self._path.is_file():
            raise DatabaseUnavailable(f"there is no database at {self._path}; `hpid init` makes one")
        with _clear_errors(), self._writer.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()

    def _shut(self) -> None:
        self._reader_threads.shutdown()
        self._reader.dispose()
        self._writer_thread.shutdown()
        self._writer.dispose()


def _engine(url: URL, pragmas: Sequence[str], *, connections: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def set_up(driver: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        for pragma in pragmas:
            driver.execute(f"PRAGMA {pragma}")

    return engine


def _pool_of(engine: Engine) -> QueuePool:
    return cast("QueuePool", engine.pool)


def _begin(connection: Connection, how: str) -> None:
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    for attempt in range(_BEGIN_ATTEMPTS):
        try:
            driver.execute(how)
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or attempt == _BEGIN_ATTEMPTS - 1:
                raise
        else:
            return


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


def _raise_unavailable(error: BaseException | None, cause: Exception) -> None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _NO_WRITES:
        raise DatabaseReadOnly(f"SQLite: {error}") from cause
    if code is not None and code & 0xFF in _DOWN:
        raise DatabaseUnavailable(f"SQLite: {error}") from cause
