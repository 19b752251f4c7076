"""Rows by the thousand, of several tables, in the transaction of who loads a whole register (adr/0040).

On PostgreSQL a statement that adds many rows goes by COPY (idp/database/asyncpg_connection.py).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Insert, insert

from idp.database.columns import metadata

_AT_ONCE = 1_000
"""Rows that are made ready at a time, so that a batch is not in memory twice."""


class NewRows(NamedTuple):
    """Rows of one table: a row is what stands in these columns."""

    columns: tuple[str, ...]
    values: Sequence[tuple[object, ...]]


Rows = Mapping[str, NewRows]
"""By table."""


def add_rows(connection: Connection, rows: Rows) -> None:
    """Add the rows, those that others point at first; the transaction must roll back if one is there already."""
    for table in metadata.sorted_tables:
        if new := rows.get(table.name):
            for start in range(0, len(new.values), _AT_ONCE):
                some = new.values[start : start + _AT_ONCE]
                ready = [dict(zip(new.columns, row, strict=True)) for row in some]
                connection.execute(_adding(table.name), ready)


@cache
def _adding(name: str) -> Insert:
    return insert(metadata.tables[name])
