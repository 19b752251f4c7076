"""Deleting the oldest rows of a table, a bounded number at a time, beside others who do the same (DESIGN 5.8).

The limited choice stands in a common table expression: as a plain sub-select PostgreSQL may run it again for every row
of the table, and more rows go than were asked for.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, bindparam, delete, select, tuple_
from sqlalchemy.sql.dml import ReturningDelete


def delete_oldest(
    keys: Sequence[Column[Any]], age: Column[Any], *conditions: ColumnElement[bool]
) -> ReturningDelete[Any]:
    """Return a statement that takes `before` and `most` and returns one row for each row it deleted."""
    oldest = (
        select(*keys)
        .where(age <= bindparam("before"), *conditions)
        .order_by(age)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    return delete(age.table).where(tuple_(*keys).in_(select(*oldest.c))).returning(keys[0])


def erase(connection: Connection, oldest: ReturningDelete[Any], before: datetime, most: int) -> int:
    """Delete what a statement of `delete_oldest` chooses; return how many rows it was."""
    return len(connection.execute(oldest, {"before": before, "most": most}).all())
