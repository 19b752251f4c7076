"""The way to PostgreSQL: the one of several servers that takes writes, and no connection that nobody answers on.

Nothing is set on a session, so that a pooler in transaction mode may stand between (adr/0022): the limits of a
transaction travel with its BEGIN, in the same message.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from socket import AF_INET, AF_INET6, IPPROTO_TCP, SO_KEEPALIVE, SOL_SOCKET
from socket import TCP_KEEPCNT as KEEPALIVE_COUNT
from socket import TCP_KEEPIDLE as KEEPALIVE_IDLE
from socket import TCP_KEEPINTVL as KEEPALIVE_INTERVAL
from socket import TCP_USER_TIMEOUT as USER_TIMEOUT
from typing import Any
from urllib.parse import urlencode

import asyncpg
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from idp.database.url import OPTIONS, Place, places_of
from idp.database.wire import Wire

CONNECT_SECONDS = 2.0
"""For all servers together; each gets its share, so that one that is silent leaves time for the next."""
_FAREWELL_SECONDS = 0.3
_SILENT_MILLISECONDS = 5000
"""What was sent and not acknowledged for so long ends the connection."""
_KEEPALIVE = {KEEPALIVE_IDLE: 5, KEEPALIVE_INTERVAL: 2, KEEPALIVE_COUNT: 3}
LIMITS = (
    "SET LOCAL statement_timeout = 3000",
    "SET LOCAL lock_timeout = 2000",
    "SET LOCAL idle_in_transaction_session_timeout = 10000",
)
"""Milliseconds; shorter than the client's own (idp/database/postgresql.py), so that the server speaks first."""


class NoneTakesWrites(ConnectionError):
    """Every server that answers is a standby or read-only: what nobody can write, nobody can revoke either."""


def make_engine(url: URL, *, prepared: bool, seconds: float | None, **options: Any) -> AsyncEngine:
    """Return the engine of a URL.

    Args:
        url: what `engine_url` made.
        prepared: off for a pooler that can't carry prepared statements.
        seconds: how long an answer may take; None: no statement and no lock has a limit.
        options: what SQLAlchemy's own engine takes.
    """
    servers = Servers(
        places_of(url),
        options={name: url.query[name] for name in sorted(OPTIONS & url.query.keys())},
        kind=WatchedConnection if seconds is None else BoundedConnection,
    )
    unprepared = {
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": str,  # "": the unnamed one, which no other transaction can meet
    }
    return create_async_engine(
        URL.create(url.drivername, username=url.username, password=url.password, database=url.database),
        hide_parameters=True,
        connect_args={
            "async_creator_fn": servers.connect,
            "command_timeout": seconds,
            **({} if prepared else unprepared),
        },
        **options,
    )


class Servers:
    """Connects to the first that takes writes, beginning with the one that was good last."""

    def __init__(
        self, places: Sequence[Place], *, options: Mapping[str, object], kind: type["WatchedConnection"]
    ) -> None:
        self._places = list(places)
        self._options = "postgresql:///?" + urlencode(options) if options else None
        self._kind = kind

    async def connect(self, **arguments: Any) -> asyncpg.Connection:
        """Return a connection that takes writes; raises OSError or what the server said."""
        told: Exception | None = None
        for place in tuple(self._places):
            try:
                async with asyncio.timeout(CONNECT_SECONDS / len(self._places)):
                    connection = await self._connect_to(place, arguments)
            except (OSError, asyncpg.PostgresError) as error:  # a time-out is one of the first kind
                if told is None or isinstance(error, asyncpg.PostgresError):
                    told = error
                continue
            self._places.remove(place)
            self._places.insert(0, place)
            return connection
        raise told or NoneTakesWrites("no server is named")

    async def _connect_to(self, place: Place, arguments: Mapping[str, Any]) -> asyncpg.Connection:
        connection = await asyncpg.connect(
            self._options,
            host=place.host,
            port=place.port,
            connection_class=self._kind,
            server_settings={"application_name": "hpid"},
            **arguments,
        )
        try:
            if await _takes_writes(connection):
                return connection
        except BaseException:
            connection.terminate()
            raise
        connection.terminate()
        raise NoneTakesWrites(f"{place.host}:{place.port} takes no writes")


class WatchedConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection whose peer is not waited for when it is gone."""

    def __init__(self, protocol: object, transport: asyncio.Transport, *rest: object) -> None:
        super().__init__(protocol, transport, *rest)
        self.wire = Wire(protocol, transport)
        _notice_silence(transport)

    async def close(self, **_limits: float | None) -> None:
        """Say goodbye, unless that takes long, whatever the caller would wait."""
        with suppress(TimeoutError):  # it is cut then, and nobody need hear of it
            await super().close(timeout=_FAREWELL_SECONDS)


class BoundedConnection(WatchedConnection):
    """One whose every transaction is bounded by the server."""

    async def execute(self, query: str, *values: object, **limits: float | None) -> str:
        """Run a statement; a BEGIN brings the transaction's limits along."""
        if query.startswith("BEGIN"):
            query += "; ".join(LIMITS)
        status: str = await super().execute(query, *values, **limits)
        return status


async def _takes_writes(connection: asyncpg.Connection) -> bool:
    """Tell it from what the server reported at log-in; a pooler reports nothing, so it is asked."""
    reported = connection.get_settings()
    standby = getattr(reported, "in_hot_standby", None)
    if standby is not None:
        return bool(standby == "off" and reported.default_transaction_read_only == "off")
    async with connection.transaction():
        return bool(await connection.fetchval("SHOW transaction_read_only") == "off")


def _notice_silence(transport: asyncio.BaseTransport) -> None:
    """Have the kernel end a connection whose peer is gone, idle or not (SECURITY R08)."""
    connection = transport.get_extra_info("socket")
    if connection is None or connection.family not in {AF_INET, AF_INET6}:
        return
    connection.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE.items():
        connection.setsockopt(IPPROTO_TCP, option, value)
    connection.setsockopt(IPPROTO_TCP, USER_TIMEOUT, _SILENT_MILLISECONDS)
