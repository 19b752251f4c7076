"""Each step of the schema with the rows of the version before, which goes on writing beside it (SECURITY R12).

The versions are read from the database itself, so that a new step is tried without anybody writing a test for it.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    select,
)

from idp.clock import Clock
from idp.database import Database, Done
from migrations.run import head, upgrade

T = TypeVar("T")
Rows = dict[str, list[tuple[Any, ...]]]
_ONE_ROW = {"config_version", "audit_head", "alembic_version"}
_COMES_LATER = {("audit_events", "leaf_index")}
"""What a row may not bring along (idp's triggers)."""
VERSIONS = sorted(
    path.name[:4] for path in (Path(__file__).parents[2] / "migrations" / "versions").glob("0*.py")
)


def on(url: str, work: Callable[[Connection], T]) -> T:
    """Run work on a database and commit it."""

    async def run() -> T:
        database = Database(url, lambda connection: connection, clock=Clock())
        try:
            return (await database.transact(lambda connection: Done(work(connection)))).unwrap()
        finally:
            await database.close()

    return asyncio.run(run())


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables as they are, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _ONE_ROW]


def value_of(column: Column[Any], number: int) -> object:
    """Return a value that differs from row to row, and is the same wherever one column refers to another."""
    if (column.table.name, column.name) in _COMES_LATER:
        return None
    match column.type:
        case Boolean():
            return True
        case Integer() | Float():
            return number
        case LargeBinary():
            return b"row %d" % number
    return f"{number:02x}" if getattr(column.type, "length", None) else f"row {number}"


def fill(connection: Connection, number: int, tables: list[Table]) -> None:
    """Write a row into each table, as the version does that knows these columns."""
    for table in tables:
        connection.execute(insert(table), {column.name: value_of(column, number) for column in table.columns})


def contents(connection: Connection, tables: list[Table]) -> Rows:
    return {
        table.name: sorted(map(tuple, connection.execute(select(*table.columns)).all()), key=repr)
        for table in tables
    }


def test_each_step_keeps_the_rows_of_the_version_before_and_lets_it_write_on(empty_database_url: str) -> None:
    url = empty_database_url
    upgrade(url, VERSIONS[0])
    for number, newer in enumerate(VERSIONS[1:], 1):
        tables, before = on(url, partial(write_as_it_is, number=2 * number))
        upgrade(url, newer)
        after = on(url, partial(write_beside_it, number=2 * number + 1, tables=tables))
        assert after == before, newer
    assert VERSIONS[-1] == head()


def write_as_it_is(connection: Connection, *, number: int) -> tuple[list[Table], Rows]:
    """Write as the version does whose schema this is; return its tables and all that is in them."""
    tables = tables_of(connection)
    fill(connection, number, tables)
    return tables, contents(connection, tables)


def write_beside_it(connection: Connection, *, number: int, tables: list[Table]) -> Rows:
    """Return what is left of the rows, and write on as a node of the version before does."""
    left = contents(connection, tables)
    fill(connection, number, tables)
    return left
