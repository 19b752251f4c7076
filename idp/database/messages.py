"""What a plain statement needs of PostgreSQL's protocol: several messages in one write, one answer to all of them.

Hand-made for one reason (adr/0034): a driver waits after each statement, and after BEGIN and COMMIT. Here a transaction
begins in one message with its first statement and ends in one with its last. Values of other types than these are left to
the driver. https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from struct import Struct
from typing import Any

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]

_HEADER = Struct(">cI").unpack_from
_SIGNED = Struct(">i").unpack_from
_LENGTH = Struct(">I").pack
_COUNT = Struct(">H").pack
_INT2, _INT4, _INT8 = Struct(">Ih").pack, Struct(">Ii").pack, Struct(">Iq").pack
_TYPES = Struct(">I").iter_unpack
_NULL = b"\xff\xff\xff\xff"
_EXECUTE = b"E\0\0\0\x09\0\0\0\0\0"
_ALL_BINARY = b"\0\x01\0\x01"
"""One format for all of them."""
SYNC = b"S\0\0\0\x04"
NO_TRANSACTION = b"I"
_PREPARED = b"1\0\0\0\x04"
_HEADER_SIZE = 5
_LEAST = 4
"""Bytes of a message without a body: its length counts itself."""
_KINDS = frozenset({b"1", b"2", b"A", b"C", b"D", b"E", b"N", b"S", b"T", b"Z", b"n", b"t"})
"""What may be said to a statement or beside it; anything else shows that the two sides are out of step."""


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _text(value: str) -> bytes:
    raw = value.encode()
    return _LENGTH(len(raw)) + raw


_number = partial(int.from_bytes, byteorder="big", signed=True)
_CODECS: dict[int, tuple[Encode, Decode]] = {
    16: (lambda value: b"\0\0\0\x01\x01" if value else b"\0\0\0\x01\0", b"\x01".__eq__),
    17: (_bytes, bytes),
    20: (lambda value: _INT8(8, value), _number),
    21: (lambda value: _INT2(2, value), _number),
    23: (lambda value: _INT4(4, value), _number),
    25: (_text, bytes.decode),
    1043: (_text, bytes.decode),
}
"""By the number of the type (pg_type.dat): boolean, bytea, bigint, smallint, integer, text, varchar."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement takes and returns, as the server described it."""

    takes: tuple[int, ...]
    returns: tuple[int, ...]
    encode: tuple[Encode, ...]
    decode: tuple[Decode, ...]

    @classmethod
    def of(cls, takes: tuple[int, ...], returns: tuple[int, ...]) -> "Shape | None":
        """Return the shape, or None if a type in it is not known here."""
        if not _CODECS.keys() >= {*takes, *returns}:
            return None
        return cls(takes, returns, tuple(_CODECS[t][0] for t in takes), tuple(_CODECS[t][1] for t in returns))


def parse(name: bytes, text: str) -> bytes:
    """Prepare a statement under a name, the empty one until the next that has none, and ask for its shape."""
    return _message(b"P", name + b"\0" + text.encode() + b"\0\0\0") + _message(b"D", b"S" + name + b"\0")


def execute(name: bytes, shape: Shape, values: Sequence[Any]) -> bytes:
    """Run a prepared statement; raises ValueError, TypeError or struct.error for values that are not of its types."""
    given = [
        _NULL if value is None else encode(value) for encode, value in zip(shape.encode, values, strict=True)
    ]
    body = b"\0" + name + b"\0" + _ALL_BINARY + _COUNT(len(given)) + b"".join(given) + _ALL_BINARY
    return _message(b"B", body) + _EXECUTE


def simple(text: str) -> bytes:
    """Run a statement that takes and returns nothing."""
    prepare = _message(b"P", b"\0" + text.encode() + b"\0\0\0")
    return prepare + _message(b"B", b"\0\0" + bytes(6)) + _EXECUTE


def done(tag: str) -> bytes:
    """Return what the server says to a simple statement that ends well."""
    return _PREPARED + _message(b"2", b"") + _message(b"C", tag.encode() + b"\0")


@dataclass(slots=True)
class Answer:
    """What the server said up to its being ready again."""

    said: bytes = field(default=b"", repr=False)
    at: int = 0
    """How much of it has been read."""
    rows: list[int] = field(default_factory=list)
    """Where each row begins."""
    tags: list[bytes] = field(default_factory=list)
    """How each statement that ended well ended, such as `INSERT 0 1`."""
    prepared: int = 0
    """How many statements it prepared after the expected beginning."""
    described: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    """What each statement that was asked about takes and returns."""
    error: dict[str, str] | None = field(default=None, repr=False)
    state: bytes = b""
    """I: no transaction is open, T: one is, E: one that can only be rolled back."""

    @property
    def affected(self) -> int:
        """Return how many rows the last statement touched that can touch any."""
        return next(int(tag.rpartition(b" ")[2]) for tag in reversed(self.tags) if tag[-1:].isdigit())

    def decoded(self, shape: Shape) -> list[list[Any]]:
        """Return the rows as values."""
        said, decoders, rows = self.said, shape.decode, []
        for start in self.rows:
            row: list[Any] = []
            end = start + 2  # after the number of columns, which the shape knows
            for decode in decoders:
                (length,) = _SIGNED(said, end)
                at = end + 4
                end = at if length < 0 else at + length
                row.append(None if length < 0 else decode(said[at:end]))
            rows.append(row)
        return rows


def read(answer: Answer, said: bytes | bytearray, beginning: bytes) -> bool:
    """Read on in all that was said so far; tell whether the server is ready again, `answer.at` being where that ends.

    The beginning, if it is as expected, is passed over. Raises ValueError for what is no answer to us.
    """
    at, end = answer.at, len(said)
    if not at and beginning:
        if said.startswith(beginning):
            at = len(beginning)
        elif beginning.startswith(bytes(said)):
            return False
        else:
            answer.prepared = -beginning.count(_PREPARED)
    while end - at >= _HEADER_SIZE:
        kind, length = _HEADER(said, at)
        after: int = at + 1 + length
        if length < _LEAST or kind not in _KINDS:
            raise ValueError("no answer of PostgreSQL's")
        if after > end:
            break
        if kind == b"D":
            answer.rows.append(at + _HEADER_SIZE)
        elif kind == b"Z":
            answer.said, answer.at, answer.state = bytes(said), after, bytes(said[at + _HEADER_SIZE : after])
            return True
        elif kind != b"2":
            _note(answer, kind, bytes(said[at + _HEADER_SIZE : after]))
        at = after
    answer.at = at
    return False


def _note(answer: Answer, kind: bytes, body: bytes) -> None:
    if kind == b"C":
        answer.tags.append(body[:-1])
    elif kind == b"1":
        answer.prepared += 1
    elif kind == b"E":
        answer.error = _fields(body)
    elif kind == b"t":
        answer.described.append((tuple(number for (number,) in _TYPES(body[2:])), ()))
    elif kind == b"T":
        answer.described[-1] = (answer.described[-1][0], _columns(body))


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + _LENGTH(len(body) + 4) + body


def _columns(body: bytes) -> tuple[int, ...]:
    """Return the type of each column: after its name, its table's number (4 bytes) and place (2)."""
    types = []
    at = 2
    for _ in range(int.from_bytes(body[:2], "big")):
        at = body.index(b"\0", at) + 1
        types.append(int.from_bytes(body[at + 6 : at + 10], "big"))
        at += 18
    return tuple(types)


def _fields(body: bytes) -> dict[str, str]:
    return {chr(part[0]): part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
