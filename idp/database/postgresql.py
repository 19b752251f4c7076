"""PostgreSQL: one connection of a bounded pool per call, over asyncpg by a greenlet (DESIGN 5.7).

READ COMMITTED for writes, a read-only snapshot for reads. Every wait has an end: for a connection 2 s, for a
lock 2 s, for a statement 3 s (SECURITY R05, R06). Deadlocks and connections lost before COMMIT was sent run
the work anew. It goes on when its caller goes away, so that no connection stays in the midst of it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from idp.database.outcome import DatabaseUnavailable
from idp.database.turns import LONGEST_WAIT

if TYPE_CHECKING:
    from sqlalchemy.pool import QueuePool

T = TypeVar("T")
UnitT = TypeVar("UnitT")

_ATTEMPTS = 4
_RUN_ANEW = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_DOWN = ("08", "25006", "28", "3D", "40", "53", "55P03", "57", "58")
"""Appendix A: connection, standby, log-in, no database, roll-back, resources, lock time-out, stop, disk."""
_SERVER_SETTINGS = {
    "application_name": "hpid",
    "statement_timeout": "3000",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "10000",
}
_CLIENT_SECONDS = 4.0  # longer than the server's own, so that it speaks first


class Postgresql:
    """One server, one pool. No state stays on a connection between transactions."""

    def __init__(self, url: URL, pool: int) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=LONGEST_WAIT,
            hide_parameters=True,
            connect_args={
                "timeout": LONGEST_WAIT,
                "command_timeout": _CLIENT_SECONDS,
                "server_settings": _SERVER_SETTINGS,
            },
        )
        self._snapshots = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def open(self) -> None:
        """Do nothing: the server may come up later than we do (SECURITY R04)."""

    async def close(self) -> None:
        """Let what has begun end; then give all connections back."""
        self._closed = True
        if self._running:
            await asyncio.wait(self._running)
        await self._engine.dispose()

    @property
    def connections(self) -> tuple[int, int]:
        """Return how many connections are in use, and the most there may be."""
        pool = cast("QueuePool", self._engine.pool)
        return pool.checkedout(), pool.size()

    async def read(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work on one read-only snapshot."""
        return await self._to_its_end(self._run(self._snapshots, work, unit))

    async def write(self, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
        """Run the work and return after its commit."""
        return await self._to_its_end(self._run(self._engine, work, unit))

    async def _to_its_end(self, running: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            running.close()
            raise DatabaseUnavailable("the database is closed")
        task = asyncio.get_running_loop().create_task(running)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _run(
        self, engine: AsyncEngine, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]
    ) -> T:
        attempts = 0
        while True:
            attempts += 1
            try:
                return await _once(engine, work, unit)
            except DBAPIError as error:
                sqlstate = getattr(error.orig, "sqlstate", None) or ""
                is_lost = error.connection_invalidated
                if (is_lost or sqlstate in _RUN_ANEW) and attempts < _ATTEMPTS:
                    continue
                if is_lost or sqlstate.startswith(_DOWN):
                    raise DatabaseUnavailable(f"PostgreSQL: {error.orig}") from error
                raise
            except PoolTimeout as error:
                raise DatabaseUnavailable("PostgreSQL: all connections are in use") from error
            except OSError as error:  # refused, reset, timed out
                raise DatabaseUnavailable(f"PostgreSQL: {error!r}") from error


async def _once(engine: AsyncEngine, work: Callable[[UnitT], T], unit: Callable[[Connection], UnitT]) -> T:
    async with engine.connect() as connection:
        try:
            value = await connection.run_sync(lambda bare: work(unit(bare)))
            await _commit(connection)
        except TimeoutError:  # nobody at the other end: a ROLLBACK would wait as long again
            await connection.invalidate()
            raise
        return value


async def _commit(connection: AsyncConnection) -> None:
    try:
        await connection.commit()
    except DBAPIError as error:
        if error.connection_invalidated:  # committed or not, nobody knows: never run anew
            raise DatabaseUnavailable("PostgreSQL: the connection was lost during COMMIT") from error
        raise
