"""Every sealed column of every table, found in the registry of tables: none can be left out (DESIGN 5.10).

A table is walked by its primary key. A row is written only where it still holds what was read, so that nodes may go on
writing beside the walk; what they wrote under an older version meanwhile is found by the next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, and_, func, literal, select, tuple_, update

from idp.database import Resealing, Sealed, metadata
from keys.envelope import Vault

Row = Mapping[str, Any]
Key = tuple[Any, ...]


def sealed_columns() -> list[tuple[Column[Any], Sealed]]:
    """Return every sealed column there is."""
    return [
        (column, column.type)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]


def walked_tables() -> dict[str, bool]:
    """Return the tables that a new version changes, and whether their rows move together with a look-up."""
    walked: dict[str, bool] = {}
    for column, kind in sealed_columns():
        if kind.resealing is not Resealing.STAYS:
            name = column.table.name
            walked[name] = walked.get(name, False) or kind.resealing is Resealing.WITH_LOOKUP
    return walked


def key_of(table: str, row: Row) -> Key:
    """Return the primary key of a row."""
    return tuple(row[column.name] for column in metadata.tables[table].primary_key.columns)


@dataclass(frozen=True, slots=True)
class ResealingStore:
    """All sealed columns as one transaction sees them."""

    connection: Connection
    vault: Vault

    def page(self, table: str, after: Key | None, most: int) -> Sequence[Row]:
        """Return the next rows in the order of their keys."""
        key = tuple(metadata.tables[table].primary_key.columns)
        statement = select(metadata.tables[table]).order_by(*key).limit(most)
        if after is not None:
            last = tuple_(*(literal(part, column.type) for part, column in zip(after, key, strict=True)))
            statement = statement.where(tuple_(*key) > last)
        return [dict(row) for row in self.connection.execute(statement).mappings()]

    def due(self, table: str, rows: Sequence[Row]) -> list[Row]:
        """Return the rows in which something is sealed under another version than the current one."""
        names = [column.name for column, _ in _walked(table)]
        return [row for row in rows if any(self._is_older(row[name]) for name in names)]

    def renew(self, table: str, row: Row, *, asked_before: datetime) -> bool:
        """Seal a row's values anew, or wipe one that nobody may ask for since; False if nothing was changed.

        Unsealable if one of them does not open.
        """
        due = [(column, kind) for column, kind in _walked(table) if self._is_older(row[column.name])]
        renewed = {column: self._renewed(kind, row, row[column.name], asked_before) for column, kind in due}
        changes = {column: value for column, value in renewed.items() if value != row[column.name]}
        if not changes:
            return False
        this_row = [column == row[column.name] for column in metadata.tables[table].primary_key.columns]
        unchanged = [column == row[column.name] for column in changes]
        changing = update(metadata.tables[table]).where(and_(*this_row, *unchanged)).values(changes)
        return self.connection.execute(changing).rowcount == 1

    def versions(self) -> dict[str, dict[int, int]]:
        """Return how many values of each column lie under each version."""
        found: dict[str, dict[int, int]] = {}
        for column, _ in sealed_columns():
            version = func.substr(column, 1, 1).label("version")
            counts = select(version, func.count()).where(func.length(column) > 0).group_by(version)
            rows = self.connection.execute(counts).all()
            found[f"{column.table.name}.{column.name}"] = {bytes(first)[0]: count for first, count in rows}
        return found

    def left(self) -> int:
        """Return how many values a walk has still to renew."""
        columns = [column for table in walked_tables() for column, _ in _walked(table)]
        this = bytes([self.vault.current_version])
        return sum(
            self.connection.execute(
                select(func.count()).where(func.length(column) > 0, func.substr(column, 1, 1) != this)
            ).scalar_one()
            for column in columns
        )

    def _is_older(self, sealed: bytes | None) -> bool:
        return bool(sealed) and sealed is not None and sealed[0] != self.vault.current_version

    def _renewed(self, kind: Sealed, row: Row, sealed: bytes, asked_before: datetime) -> bytes | None:
        if kind.resealing is not Resealing.FORGOTTEN:
            return self.vault.reseal(sealed, purpose=kind.purpose.format_map(row))
        asked = row[kind.asked_until] if kind.asked_until else None
        return None if asked is not None and asked < asked_before else sealed


def _walked(table: str) -> list[tuple[Column[Any], Sealed]]:
    return [
        (column, kind)
        for column, kind in sealed_columns()
        if column.table.name == table and kind.resealing is not Resealing.STAYS
    ]
