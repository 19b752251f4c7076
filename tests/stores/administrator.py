"""A PostgreSQL server's administrator, on one connection all along: to connect takes as long as to make a database."""

import asyncio
import atexit
from functools import cache

import asyncpg


class Administrator:
    """Makes and drops databases, between tests: its event loop is its own, and runs while it is asked alone."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._connection = self._runner.run(asyncpg.connect(url))

    def execute(self, *statements: str) -> None:
        """Run statements, each for itself."""
        for statement in statements:
            self._runner.run(self._connection.execute(statement))

    def close(self) -> None:
        """Give the connection back."""
        self._runner.run(self._connection.close())
        self._runner.close()


@cache
def administrator_of(url: str) -> Administrator:
    """Return the administrator of a server, who stays until this process ends."""
    administrator = Administrator(url)
    atexit.register(administrator.close)
    return administrator
