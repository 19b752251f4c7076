"""Rows as lines and back, table by table in an order that foreign keys allow.

Values are those of the engine's driver, past the column types of the stores: moments are numbers, what is sealed stays
sealed.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Insert,
    LargeBinary,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    literal,
    select,
)
from sqlalchemy.types import TypeEngine

from idp.backup.model import (
    Contents,
    Header,
    Kind,
    TableEnd,
    TableHead,
    UnusableBackup,
    end_line,
    head_line,
    read_head,
    read_object,
    read_row,
    read_whole,
    row_line,
)
from idp.database import metadata

_AT_ONCE = 1000
_RAW: dict[Kind, TypeEngine[Any]] = {
    Kind.NUMBER: BigInteger(),
    Kind.TRUTH: Boolean(),
    Kind.TEXT: Text(),
    Kind.BYTES: LargeBinary(),
}
_KINDS: dict[type, Kind] = {bool: Kind.TRUTH, int: Kind.NUMBER, str: Kind.TEXT, bytes: Kind.BYTES}
_SINGLE = frozenset({"audit_head", "config_version"})
"""Tables of one row that every schema begins with."""


def dump(connection: Connection, header: Header) -> Iterator[bytes | Contents]:
    """Yield the lines of every table, and at last what they come to."""
    ends = []
    for table in metadata.sorted_tables:
        head = TableHead(table=table.name, columns=tuple((one.name, _kind(one)) for one in table.columns))
        yield head_line(head)
        rows, digest = 0, sha256()
        for line in _rows(connection, head):
            digest.update(line)
            rows += 1
            yield line
        ends.append(TableEnd(table=table.name, rows=rows, sha256=digest.hexdigest()))
        yield end_line(ends[-1])
    yield Contents(header=header, tables=tuple(ends))


def load(header: Header, lines: Iterator[bytes], into: Connection | None) -> tuple[Contents, bytes]:
    """Read every line after the header, writing the rows where a connection is given; return what they come to.

    Raises UnusableBackup where anything is not as the file itself says. The seal comes too, for whoever can open it.
    """
    ends: list[TableEnd] = []
    for line in lines:
        content = read_object(line)
        if "whole" in content:
            digest, seal = read_whole(content)
            contents = Contents(header=header, tables=tuple(ends))
            if digest != contents.digest or next(lines, None) is not None:
                raise UnusableBackup("it is damaged: the whole has not its digest")
            return contents, seal
        head = read_head(content)
        ends.append(_load_table(head, lines, _writer(head, into)))
    raise UnusableBackup("it is cut short: the end is missing")


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema, None if there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def is_empty(connection: Connection) -> bool:
    """Tell whether no table of ours holds anything but what every schema begins with."""
    there = set(inspect(connection).get_table_names())
    ours = (table for name, table in metadata.tables.items() if name in there - _SINGLE)
    return not any(connection.execute(select(literal(1)).select_from(one).limit(1)).first() for one in ours)


def fresh(connection: Connection) -> None:
    """Take the rows away that every schema begins with: the file has its own."""
    for name in _SINGLE:
        connection.execute(metadata.tables[name].delete())


def _rows(connection: Connection, head: TableHead) -> Iterator[bytes]:
    bytes_at = [place for place, (_, kind) in enumerate(head.columns) if kind is Kind.BYTES]
    streamed = connection.execution_options(yield_per=_AT_ONCE)
    for row in streamed.execute(select(_table(head))):
        yield row_line(row, bytes_at)


def _load_table(
    head: TableHead, lines: Iterator[bytes], write: Callable[[list[list[object]]], None]
) -> TableEnd:
    kinds = [kind for _, kind in head.columns]
    waiting: list[list[object]] = []
    rows, digest = 0, sha256()
    for line in lines:
        if line.startswith(b"["):
            digest.update(line)
            rows += 1
            waiting.append(read_row(line, kinds))
            if len(waiting) == _AT_ONCE:
                write(waiting)
                waiting.clear()
            continue
        write(waiting)
        found, told = TableEnd(table=head.table, rows=rows, sha256=digest.hexdigest()), read_object(line)
        if told != {"end": found.table, "rows": found.rows, "sha256": found.sha256}:
            raise UnusableBackup(f"it is damaged: the rows of {head.table} have not their digest")
        return found
    raise UnusableBackup(f"it is cut short in {head.table}")


def _writer(head: TableHead, into: Connection | None) -> Callable[[list[list[object]]], None]:
    """Return what writes rows; a table or column that the schema lacks is refused before any is."""
    if into is None:
        return _leave
    there = inspect(into)
    names = [name for name, _ in head.columns]
    if not there.has_table(head.table) or {one["name"] for one in there.get_columns(head.table)} != set(
        names
    ):
        raise UnusableBackup(f"its table {head.table} is not that of its schema")
    statement: Insert = insert(_table(head))
    connection = into

    def write(rows: Sequence[Sequence[object]]) -> None:
        if rows:
            connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])

    return write


def _leave(rows: Sequence[Sequence[object]]) -> None:
    del rows


def _table(head: TableHead) -> Table:
    return Table(head.table, MetaData(), *(Column(name, _RAW[kind]) for name, kind in head.columns))


def _kind(of: Column[Any]) -> Kind:
    impl = getattr(of.type, "impl_instance", of.type)
    return _KINDS[impl.python_type]
