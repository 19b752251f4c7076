"""One small SQLite file per service; a statement takes under a millisecond, so it runs where it is called."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Database:
    """A connection with transactions; used from the event loop's thread only, and never across an await."""

    def __init__(self, path: Path, *schemas: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # sessions hold tokens
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._connection.execute(f"PRAGMA {pragma}")
        for schema in schemas:
            self._connection.executescript(schema)

    def rows(self, statement: str, **values: object) -> list[sqlite3.Row]:
        """Return what a statement finds or returns."""
        return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, **values: object) -> sqlite3.Row | None:
        """Return the first row, if any."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def change(self, statement: str, **values: object) -> int:
        """Run a statement; return how many rows it changed."""
        return self._connection.execute(statement, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
