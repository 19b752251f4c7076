"""Reads all that is kept, again and again: only the tables that are different."""

import sqlite3
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

import asyncpg
from sqlalchemy import make_url

from idp.database import Database
from idp.transaction import Tx
from tests.flows.kept import GATED, Kept, read_tables


class Look(Protocol):
    """A look at the tables beside the provider."""

    async def tables(self) -> Mapping[str, Any]:
        """Return something of each table that differs where the table does; the same mapping if nobody has written."""

    async def close(self) -> None:
        """Look no more."""


class Reader:
    """Reads through the provider's own columns what a look at the tables says is different."""

    def __init__(self, database: Database[Tx], look: Look) -> None:
        self._database = database
        self._look = look
        self._seen: Mapping[str, Any] = {}
        self._kept: Kept = {}

    async def read(self) -> Kept:
        """Return all of it; the same object as before if nothing is different."""
        seen = await self._look.tables()
        other = [
            name for name in GATED if seen is not self._seen and seen[name] != self._seen.get(name, self)
        ]
        if other:
            self._kept = {**self._kept, **await self._database.read(partial(read_tables, names=other))}
        self._seen = seen
        return self._kept


class OnFile:
    """SQLite says itself whether somebody has written."""

    def __init__(self, path: str) -> None:
        self._file = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self._version = -1
        self._tables: Mapping[str, Any] = {}

    async def tables(self) -> Mapping[str, Any]:
        file = self._file
        (version,) = file.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._tables = {name: file.execute(f"SELECT * FROM {name}").fetchall() for name in GATED}  # noqa: S608
        return self._tables

    async def close(self) -> None:
        self._file.close()


class OnPostgresql:
    """PostgreSQL makes a digest of each table, all in one statement."""

    _DIGESTS = " UNION ALL ".join(
        f"SELECT '{name}', md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {name} t"  # noqa: S608
        for name in GATED
    )

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def tables(self) -> Mapping[str, Any]:
        return dict(await self._connection.fetch(self._DIGESTS))

    async def close(self) -> None:
        await self._connection.close()


async def look_at(url: str) -> Look:
    """Return a look at a database of either engine."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return OnFile(str(parts.database))
    return OnPostgresql(await asyncpg.connect(url))
