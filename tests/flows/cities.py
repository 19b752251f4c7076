"""Where copies of the city are kept: a file for each sequence, or a database on a server."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import asyncpg
from sqlalchemy import make_url

from migrations.run import upgrade

_numbers = count()


class City(Protocol):
    """What is made once, and copied."""

    def making(self, own: Path) -> AbstractAsyncContextManager[str]:
        """Yield the URL of a database with our schema: what is in it afterwards is copied."""

    def copy(self, own: Path) -> AbstractAsyncContextManager[str]:
        """Yield the URL of a copy, which is nobody else's and goes again."""

    async def close(self) -> None:
        """Let go of what is copied."""


class Files:
    """In folders, beside the schema that `make_state` made."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite3"

    @asynccontextmanager
    async def making(self, own: Path) -> AsyncIterator[str]:
        async with self.copy(own) as url:
            yield url
        shutil.copyfile(own / "hpid.sqlite3", self._template)

    @asynccontextmanager
    async def copy(self, own: Path) -> AsyncIterator[str]:
        shutil.copyfile(self._template, own / "hpid.sqlite3")
        yield f"sqlite:///{own / 'hpid.sqlite3'}"

    async def close(self) -> None:
        """The folder is its owner's."""


class Databases:
    """On a PostgreSQL on which databases may be made; the one they are copied from stays until `close`."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._template = f"hpid_flows_{os.getpid()}_{next(_numbers)}"

    @asynccontextmanager
    async def making(self, own: Path) -> AsyncIterator[str]:
        del own
        await self._administer(f"CREATE DATABASE {self._template} TEMPLATE template0")
        url = self._url(self._template)
        await asyncio.to_thread(upgrade, url)
        yield url

    @asynccontextmanager
    async def copy(self, own: Path) -> AsyncIterator[str]:
        del own
        name = f"{self._template}_{next(_numbers)}"
        await self._administer(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        try:
            yield self._url(name)
        finally:
            await self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    async def close(self) -> None:
        await self._administer(f"DROP DATABASE {self._template} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
