"""What a back-up file says of itself, and how a row is a line of it. Pure.

The file is gzip of lines. A line that begins with `{` speaks of the file: first its header, before the rows of each table
the table's columns, after them their count and digest, last the digest of the whole and its seal. A line that begins with
`[` is a row.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256

FORMAT = "hpid-backup"
VERSION = 1


class UnusableBackup(Exception):
    """The file is no back-up, is damaged, or is not one this provider takes; the text says which."""


class Kind(StrEnum):
    """What a column holds, the same on every engine."""

    NUMBER = "number"
    TRUTH = "truth"
    TEXT = "text"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line."""

    issuer: str
    release: str
    revision: str
    """Of the schema."""
    taken_at: str
    """ISO 8601, UTC; what was committed before is in it."""
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHead:
    """A table and its columns, in the order of each row."""

    table: str
    columns: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEnd:
    """What a table's rows must come to."""

    table: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that a file says of itself."""

    header: Header
    tables: tuple[TableEnd, ...]

    @property
    def digest(self) -> str:
        """Return SHA-256 over the header and every table's digest: the name of this back-up."""
        whole = {"header": asdict(self.header), "tables": [asdict(one) for one in self.tables]}
        return sha256(_canonical(whole)).hexdigest()

    @property
    def rows(self) -> int:
        """Return how many rows there are in all."""
        return sum(one.rows for one in self.tables)


def header_digest(header: Header) -> str:
    """Return SHA-256 of the header: sealed in the first line, it tells the master key before anything is read."""
    return sha256(_canonical(asdict(header))).hexdigest()


def header_line(header: Header, seal: bytes) -> bytes:
    """Return the first line."""
    return _line({"format": FORMAT, "version": VERSION, **asdict(header), "seal": b64encode(seal).decode()})


def read_header(line: bytes) -> tuple[Header, bytes]:
    """Return the header and its seal."""
    content = read_object(line)
    if content.get("format") != FORMAT:
        raise UnusableBackup("it is no back-up of this provider")
    if content.get("version") != VERSION:
        raise UnusableBackup("it was made by another release, in a format this one does not know")
    names = ("issuer", "release", "revision", "taken_at")
    texts = {name: content.get(name) for name in names}
    epoch, seal = content.get("epoch"), content.get("seal")
    if not all(isinstance(value, str) for value in texts.values()) or type(epoch) is not int:
        raise UnusableBackup("its header is damaged")
    return Header(**{name: str(value) for name, value in texts.items()}, epoch=epoch), _bytes(seal)


def head_line(head: TableHead) -> bytes:
    """Return the line before the rows of a table."""
    return _line({"table": head.table, "columns": head.columns})


def read_head(content: Mapping[str, object]) -> TableHead:
    """Return the table that follows."""
    table, columns = content.get("table"), content.get("columns")
    if not isinstance(table, str) or not isinstance(columns, list):
        raise UnusableBackup("it is damaged: a table has no name or no columns")
    try:
        return TableHead(table=table, columns=tuple((str(name), Kind(kind)) for name, kind in columns))
    except (TypeError, ValueError):
        raise UnusableBackup("a table's columns are damaged") from None


def end_line(end: TableEnd) -> bytes:
    """Return the line after the rows of a table."""
    return _line({"end": end.table, "rows": end.rows, "sha256": end.sha256})


def whole_line(contents: Contents, seal: bytes) -> bytes:
    """Return the last line."""
    return _line({"whole": contents.digest, "seal": b64encode(seal).decode()})


def read_whole(content: Mapping[str, object]) -> tuple[str, bytes]:
    """Return the digest of the last line, and its seal."""
    return str(content.get("whole")), _bytes(content.get("seal"))


def read_object(line: bytes) -> Mapping[str, object]:
    """Return a line that speaks of the file."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise UnusableBackup("it is damaged: a line is not JSON")
    return content


def row_line(row: Sequence[object], bytes_at: Iterable[int]) -> bytes:
    """Return a row as a line; `bytes_at` are the places of bytes."""
    values = list(row)
    for place in bytes_at:
        value = values[place]
        if isinstance(value, bytes | memoryview):
            values[place] = b64encode(value).decode()
    return _line(values)


def read_row(line: bytes, kinds: Sequence[Kind]) -> list[object]:
    """Return the values of a row, each of its kind or nothing."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise UnusableBackup("it is damaged: a row is not JSON") from None
    if not isinstance(values, list) or len(values) != len(kinds):
        raise UnusableBackup("it is damaged: a row has not the columns of its table")
    for place, (value, kind) in enumerate(zip(values, kinds, strict=True)):
        if value is None:
            continue
        if type(value) is not _TYPES[kind]:
            raise UnusableBackup(f"it is damaged: a {kind.value} is none")
        if kind is Kind.BYTES:
            values[place] = _bytes(value)
    return values


_TYPES = {Kind.NUMBER: int, Kind.TRUTH: bool, Kind.TEXT: str, Kind.BYTES: str}


def _bytes(value: object) -> bytes:
    try:
        return b64decode(str(value), validate=True)
    except ValueError:
        raise UnusableBackup("it is damaged: bytes are not base64") from None


def _line(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def _canonical(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
