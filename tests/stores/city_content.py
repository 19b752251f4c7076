"""What a large city is made of, opened: as one run would put it in, and as it lies in a database."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine.default import DefaultDialect

from idp.cli.demo_large_batches import large_batches
from idp.cli.demo_load import MOMENT
from idp.database import Database, Sealed, UtcTime, metadata
from idp.transaction import Tx
from keys.envelope import Vault

Content = dict[str, list[tuple[tuple[str, Any], ...]]]
"""Table → its rows as names and values, in one order."""


_ANY = DefaultDialect()


def whole_city(vault: Vault, size: int, seed: int) -> Content:
    """Return what one run puts in."""
    content: Content = {}
    for batch in large_batches(size, seed, vault=vault, moment=MOMENT, is_there=lambda _anchor: False):
        for table, (columns, values) in batch.rows.items():
            rows = [_read(table, dict(zip(columns, row, strict=True))) for row in values]
            content.setdefault(table, []).extend(_opened(vault, table, rows))
    return {table: sorted(rows, key=repr) for table, rows in content.items()}


def _read(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row that was made to be added as it is read."""
    kinds = {name: metadata.tables[table].c[name].type for name in row}
    return {
        name: kind.process_result_value(row[name], _ANY) if isinstance(kind, UtcTime) else row[name]
        for name, kind in kinds.items()
    }


def _opened(
    vault: Vault, table: str, rows: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[tuple[str, Any], ...]]:
    sealed = {one.name: one.type for one in metadata.tables[table].columns if isinstance(one.type, Sealed)}
    for row in rows:
        opened = {
            name: vault.open_text(value, purpose=sealed[name].purpose.format(**row))
            if name in sealed and value is not None
            else value
            for name, value in row.items()
        }
        yield tuple(sorted(opened.items()))


async def content_of(database: Database[Tx], vault: Vault, tables: Mapping[str, Any]) -> Content:
    """Return what a database holds in the columns and tables of another content, opened."""

    def read(tx: Tx) -> Content:
        found = {}
        for name, rows in tables.items():
            columns = [metadata.tables[name].c[column] for column, _ in rows[0]]
            stored = [dict(row._asdict()) for row in tx.connection.execute(select(*columns))]
            found[name] = sorted(_opened(vault, name, stored), key=repr)
        return found

    return await database.read(read)
