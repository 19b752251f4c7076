"""PostgreSQL: one connection of a bounded pool per call, over asyncpg by a greenlet (DESIGN 5.7).

READ COMMITTED for writes, a read-only snapshot for reads. Every wait has an end, the server's before ours: for a lock
2 s, for a statement 3 s (idp/database/servers.py), for an answer 4 s, for a connection 2 s, for it all 6 s (SECURITY
R05, R06). Deadlocks, and connections lost before COMMIT was sent, run the work anew. It goes on when its caller goes
away, so that no connection stays in the midst of it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, NullPool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

from idp.database.asyncpg_connection import (
    GLANCE,
    SNAPSHOT,
    STALE_PLAN,
    WRITE,
    AsyncpgConnection,
    Opening,
)
from idp.database.outcome import DatabaseReadOnly, DatabaseUnavailable
from idp.database.pool import Place, Pool
from idp.database.server_words import without_rows
from idp.database.servers import NoneTakesWrites, make_engine

T = TypeVar("T")
UnitT = TypeVar("UnitT")

_ATTEMPTS = 4
_RUN_ANEW = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_READ_ONLY = "25006"
_NO_WRITES = frozenset({_READ_ONLY, "53100"})  # a full disk is one more reason
_MIXED_UP = frozenset({"26000", "42P05"})  # a prepared statement that is not there, or is another's
_NOT_GRANTED = "42501"
_DOWN = ("08", "28", "3D", "40", "53", "55P03", "57", "58")
"""Appendix A: connection, log-in, no database, roll-back, resources, lock time-out, stop, disk."""
_CLIENT_SECONDS = 4.0  # longer than the server's own, so that it speaks first
_WHOLE_SECONDS = 6.0
_log = logging.getLogger("hpid.database")


class Postgresql:
    """One server at a time, so many connections. No state stays on one between transactions."""

    def __init__(self, url: URL, pool: int, *, prepared: bool = True) -> None:
        self._engine = make_engine(url, prepared=prepared, seconds=_CLIENT_SECONDS, poolclass=NullPool)
        self._connect = partial(AsyncpgConnection, seconds=_CLIENT_SECONDS, prepared=prepared)
        self._pool: Pool[AsyncpgConnection] = Pool(pool)
        self._era = 0
        """Raised when the server is in doubt: connections of before are not used again."""
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def open(self) -> None:
        """Do nothing: the server may come up later than we do (SECURITY R04)."""

    async def close(self) -> None:
        """Let what has begun end; then give all connections back."""
        self._closed = True
        if self._running:
            await asyncio.wait(self._running)
        while (connection := self._pool.idle()) is not None:
            await greenlet_spawn(connection.close)
        await self._engine.dispose()

    @property
    def connections(self) -> tuple[int, int]:
        """Return how many connections are in use, and the most there may be."""
        return self._pool.in_use, self._pool.places

    async def read(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work on one read-only snapshot."""
        return await self._to_its_end(self._run(SNAPSHOT, work, unit))

    async def glance(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work, each of its statements on a read-only snapshot of its own."""
        return await self._to_its_end(self._run(GLANCE, work, unit))

    async def widen(self) -> None:
        """Do nothing: the server has memory of its own."""

    async def write(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work and return after its commit."""
        return await self._to_its_end(self._run(WRITE, work, unit))

    async def _to_its_end(self, running: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            running.close()
            raise DatabaseUnavailable("the database is closed")
        task = asyncio.get_running_loop().create_task(running)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_left_alone)
            raise

    async def _run(
        self, opening: Opening, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]
    ) -> T:
        """Turn what no caller can help into DatabaseUnavailable; a broken constraint stays what it is."""
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                return await self._attempts(opening, work, unit)
        except DBAPIError as error:
            without_rows(error)
            sqlstate = _sqlstate(error)
            if sqlstate in _NO_WRITES:
                raise DatabaseReadOnly(f"PostgreSQL: {error.orig}") from error
            if sqlstate in _MIXED_UP:
                advice = "a pooler mixes up prepared statements: HPID_DATABASE_PREPARED=off"
                raise DatabaseUnavailable(f"PostgreSQL: {advice}") from error
            if sqlstate == _NOT_GRANTED:  # granted, it goes on without a restart
                advice = "this role may not do it, see deploy/postgresql"
                raise DatabaseUnavailable(f"PostgreSQL: {error.orig}: {advice}") from error
            if error.connection_invalidated or sqlstate.startswith(_DOWN):
                raise DatabaseUnavailable(f"PostgreSQL: {error.orig}") from error
            raise
        except NoneTakesWrites as error:
            raise DatabaseReadOnly(f"PostgreSQL: {error}") from error
        except OSError as error:  # refused, reset, timed out
            raise DatabaseUnavailable(f"PostgreSQL: {error!r}") from error

    async def _attempts(
        self, opening: Opening, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]
    ) -> T:
        attempts = 0
        while True:
            attempts += 1
            place = Place(await self._pool.take())
            try:
                return await greenlet_spawn(self._once, place, opening, work, unit)
            except DBAPIError as error:
                is_lost, sqlstate = error.connection_invalidated, _sqlstate(error)
                is_stale = STALE_PLAN in str(error.orig)
                if is_lost or is_stale or sqlstate == _READ_ONLY:
                    self._era += 1
                if is_stale:
                    AsyncpgConnection.statements.forget()
                passes = is_lost or is_stale or sqlstate == _READ_ONLY or sqlstate in _RUN_ANEW
                if not passes or attempts == _ATTEMPTS:
                    raise
            finally:  # also where there was no memory to begin in
                self._pool.give_back(place.connection)

    def _once(
        self,
        place: Place[AsyncpgConnection],
        opening: Opening,
        work: Callable[[UnitT], T],
        unit: Callable[[Connection], UnitT],
    ) -> T:
        """Run the work in the greenlet that all its waiting goes through; one for the whole transaction."""
        is_sound, connection = False, place.connection
        place.connection = None
        try:
            while connection is not None and self._is_in_doubt(connection):
                connection.abandon()
                connection = self._pool.idle()
            if connection is None:
                connection = self._connect(self._engine.sync_engine, era=self._era)
            connection.start(opening)
            value = work(unit(connection))
            _commit(connection)
            is_sound = connection.is_idle
        except TimeoutError:  # nobody answers: nor would they on any other connection
            self._era += 1
            raise
        except Exception:
            if connection is not None and not connection.invalidated:
                connection.undo()
                is_sound = connection.is_idle
            raise
        finally:  # cancelled, it took too long in all: a ROLLBACK might take as long again
            if is_sound:
                place.connection = connection
            elif connection is not None:
                connection.abandon()
        return value

    def _is_in_doubt(self, connection: AsyncpgConnection) -> bool:
        return connection.era != self._era or connection.driver.is_closed()


def _commit(connection: AsyncpgConnection) -> None:
    try:
        connection.finish()
    except DBAPIError as error:
        if error.connection_invalidated:  # committed or not, nobody knows: never run anew
            raise DatabaseUnavailable("PostgreSQL: the connection was lost during COMMIT") from error
        raise


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _left_alone(task: asyncio.Task[Any]) -> None:
    """Take the outcome that nobody waits for any more: an outage is no fault of ours, all else is told."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, DatabaseUnavailable):
        _log.error("what nobody waited for any more failed", exc_info=error)
