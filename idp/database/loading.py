"""Rows by the thousand, of several tables, in the transaction of who loads a whole register (adr/0040).

They are made once as the drivers take them, so that nothing is left to do for each of them when they are added. On
PostgreSQL a statement that adds many rows goes by COPY (idp/database/asyncpg_connection.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Insert, insert

from idp.database.columns import UtcTime, metadata, stored_time
from idp.database.prepared import PreparedConnection


class NewRows(NamedTuple):
    """Rows of one table: a row is what stands in these columns, a time as `stored_time` gives it."""

    columns: tuple[str, ...]
    values: Sequence[tuple[object, ...]]


Rows = Mapping[str, NewRows]
"""By table."""


def new_rows(table: str, rows: Iterable[Mapping[str, object]]) -> NewRows:
    """Return rows of a table, all of the same columns, as the drivers take them."""
    columns: tuple[str, ...] = ()
    values = []
    for row in rows:
        columns = tuple(row)
        kept = [*row.values()]
        for place in _times_of(table, columns):
            moment = kept[place]
            kept[place] = stored_time(moment) if isinstance(moment, datetime) else None
        values.append(tuple(kept))
    return NewRows(columns, values)


def add_rows(connection: Connection, rows: Rows) -> None:
    """Add the rows, those that others point at first; the transaction must roll back if one is there already."""
    if not isinstance(connection, PreparedConnection):
        raise TypeError("a connection of this database is needed")
    for table in metadata.sorted_tables:
        if new := rows.get(table.name):
            connection.add(_adding(table.name), *new)


@cache
def _times_of(table: str, columns: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of times; values of all other types go to both drivers as they are."""
    kinds = [metadata.tables[table].c[name].type for name in columns]
    return tuple(place for place, kind in enumerate(kinds) if isinstance(kind, UtcTime))


@cache
def _adding(name: str) -> Insert:
    return insert(metadata.tables[name])
