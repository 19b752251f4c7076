"""idp/database on SQLite when no memory is left: an outage, nothing half done, healed by itself (SECURITY R14, I9)."""

import _sqlite3
import ctypes
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done
from tests.stores.one_number import bare

_ADD = text("INSERT INTO audit_keys (subject_ref, sealed_key) VALUES (:name, zeroblob(4000))")
_COUNT = text("SELECT count(*) FROM audit_keys")
_READ = text("SELECT subject_ref, sealed_key FROM audit_keys ORDER BY subject_ref DESC")
_MORE = (*range(0, 20_000, 1_000), *range(20_000, 400_000, 20_000))
"""Bytes that may still be had, each tried: where memory ends matters, in a statement, a commit or a rollback."""

_library = ctypes.CDLL(_sqlite3.__file__)
_library.sqlite3_hard_heap_limit64.argtypes = [ctypes.c_int64]
_library.sqlite3_memory_used.restype = ctypes.c_int64


@contextmanager
def no_more_than(more: int) -> Iterator[None]:
    """Let SQLite have so many more bytes: the library's own limit, of the whole process."""
    _library.sqlite3_hard_heap_limit64(_library.sqlite3_memory_used() + more)
    try:
        yield
    finally:
        _library.sqlite3_hard_heap_limit64(0)


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[Database[Connection]]:
    database = Database(sqlite_url, bare, clock=Clock())
    await database.open()
    yield database
    await database.close()


def add(rows: int, name: str) -> Callable[[Connection], Done[None]]:
    def run(connection: Connection) -> Done[None]:
        for index in range(rows):
            connection.execute(_ADD, {"name": f"{name}-{index}"})
        return Done(None)

    return run


async def test_without_memory_nothing_is_half_done_and_with_memory_all_goes_on(
    small: Database[Connection],
) -> None:
    expected, refused = 0, set[str]()
    for more in _MORE:
        with no_more_than(more):
            try:
                await small.transact(add(60, f"scarce-{more}"))
            except DatabaseUnavailable as error:
                refused.add(str(error))
            else:
                expected += 60
        await small.transact(add(1, f"enough-{more}"))
        expected += 1
        assert await small.read(lambda connection: connection.execute(_COUNT).scalar_one()) == expected
    assert refused == {"SQLite: out of memory"}


async def test_a_read_without_memory_is_refused_and_the_next_one_answered(
    small: Database[Connection],
) -> None:
    await small.transact(add(200, "read"))
    with no_more_than(0), pytest.raises(DatabaseUnavailable, match="out of memory"):
        await small.read(lambda connection: connection.execute(_READ).all())
    assert len(await small.read(lambda connection: connection.execute(_READ).all())) == 200
