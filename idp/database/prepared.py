"""Statements compiled once and handed to the driver as text: SQLAlchemy builds them, the drivers run them (adr/0028).

SQLAlchemy's own execution costs several times what the driver does; its compiler, types and pool are what we want of
it. A statement that is not plain (a list to expand, text, defaults made in Python), and every statement while somebody
listens to the engine's events, takes SQLAlchemy's own way.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Delete, Dialect, Engine, Insert, Select, Update
from sqlalchemy.exc import InvalidRequestError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler

Processor = Callable[[Any], Any]
_PLAIN = (Select, Insert, Update, Delete)
_ADDS_VALUES = re.compile(
    r"INSERT INTO ([a-z_]+) \(([a-z_0-9, ]+)\) VALUES \(\$\d+(?:::[A-Z0-9 ()]+?)?(?:, \$\d+(?:::[A-Z0-9 ()]+?)?)*\)"
)


@dataclass(slots=True)
class Prepared:
    """One statement as text, what goes in and what comes out."""

    text: str
    gives: tuple[tuple[str | None, Processor | None, Any], ...]
    """For each place: the name of the value and what makes it the driver's, or no name and the value itself."""
    row: Callable[[Sequence[Any]], Any] | None
    """Makes a row of the driver's values; None when nothing is returned."""
    may_wait: bool
    """Whether it says nothing that its caller does not know: one row is added, or it fails."""
    into: tuple[str, tuple[str, ...]] | None = None
    """Table and columns, where it does nothing but add a row of the values that go in, in their order."""
    shape: Any = None
    """What an engine has learned of it."""

    def arguments(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the driver's arguments; KeyError if one is missing."""
        return tuple(
            [
                fixed if name is None else values[name] if make is None else make(values[name])
                for name, make, fixed in self.gives
            ]
        )


class Found:
    """The rows of one statement, all of them here; what stores use of SQLAlchemy's result."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        return self._rows

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        if len(self._rows) > 1:
            raise MultipleResultsFound("more than one row")
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        if not self._rows:
            raise NoResultFound("no row")
        return self.one_or_none()

    def scalar_one_or_none(self) -> Any:
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalars(self) -> "Found":
        return Found([row[0] for row in self._rows], self.rowcount)

    def mappings(self) -> "Found":
        return Found([row._asdict() for row in self._rows], self.rowcount)


class Statements:
    """What one dialect has compiled; a statement that is made for one call leaves with it."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[Any, dict[tuple[str, ...], Prepared | None]] = WeakKeyDictionary()

    def find(self, statement: Any, names: tuple[str, ...]) -> Prepared | None:
        """Return the statement for values of these names, or None if it is not plain."""
        by_names = self._known.get(statement)
        if by_names is None:
            by_names = self._known[statement] = {}
        try:
            return by_names[names]
        except KeyError:
            by_names[names] = prepared = _prepare(statement, names, self._dialect)
            return prepared

    def forget(self) -> None:
        """Compile and learn all anew: what was learned of one is wrong, so the schema has changed."""
        self._known.clear()


class PreparedConnection(Connection):
    """A connection whose plain statements go straight to the driver; subclasses say how."""

    statements: Statements

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """Run a statement; a list of values runs it for each, and returns the rows of all."""
        if self._has_events or _is_watched(self.engine) or not isinstance(statement, _PLAIN):
            return super().execute(statement, parameters, **options)
        if isinstance(parameters, list):
            return self._run_many(statement, parameters, options)
        values = parameters or {}
        prepared = self.statements.find(statement, tuple(values))
        if prepared is None:
            return super().execute(statement, parameters, **options)
        return self.run(prepared, prepared.arguments(values))

    def _run_many(self, statement: Any, parameters: list[Mapping[str, Any]], options: Any) -> Any:
        prepared = self.statements.find(statement, tuple(parameters[0]))
        if prepared is None:
            return super().execute(statement, parameters, **options)
        return self.run_many(prepared, [prepared.arguments(values) for values in parameters])

    def add(self, statement: Insert, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """Add rows of the driver's own values, in the order of these names, by a plain statement."""
        prepared = self.statements.find(statement, names)
        if prepared is None:
            raise InvalidRequestError("it is not plain")
        order = tuple(name for name, _, _ in prepared.gives)
        if order != names:
            places = itemgetter(*(names.index(name) for name in order))
            rows = [places(row) for row in rows]
        self.run_many(prepared, rows)

    def run(self, prepared: Prepared, arguments: Sequence[Any]) -> Found:
        """Run it by the driver."""
        raise NotImplementedError

    def run_many(self, prepared: Prepared, arguments: Sequence[Sequence[Any]]) -> Found:
        """Run it by the driver for each."""
        raise NotImplementedError


def _prepare(statement: Any, names: tuple[str, ...], dialect: Dialect) -> Prepared | None:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    if not isinstance(compiled, SQLCompiler) or compiled.positiontup is None:
        return None
    if compiled.post_compile_params or compiled.literal_execute_params:
        return None
    if compiled.insert_prefetch or compiled.update_prefetch:
        return None
    gives: list[tuple[str | None, Processor | None, Any]] = []
    for place in compiled.positiontup:
        bind = compiled.binds[place]
        make = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if bind.key in names:
            gives.append((bind.key, make, None))
        elif bind.required:
            return None  # SQLAlchemy says what is missing
        else:
            value = bind.effective_value
            gives.append((None, None, value if make is None else make(value)))
    try:
        columns = [*statement.exported_columns] if _returns(statement, compiled.string) else []
    except InvalidRequestError:
        return None
    return Prepared(
        compiled.string,
        tuple(gives),
        row=_row_maker(columns, dialect) if columns else None,
        may_wait=isinstance(statement, Insert)
        and statement.select is None
        and not _may_differ(compiled.string),
        into=_into(compiled.string, len(gives)),
    )


def _returns(statement: Any, text: str) -> bool:
    return isinstance(statement, Select) or "RETURNING" in text


def _into(text: str, values: int) -> tuple[str, tuple[str, ...]] | None:
    adding = _ADDS_VALUES.fullmatch(text)
    columns = tuple(adding[2].split(", ")) if adding else ()
    return (adding[1], columns) if adding and len(columns) == values else None


def _may_differ(text: str) -> bool:
    return "RETURNING" in text or "ON CONFLICT" in text


def _row_maker(columns: Sequence[Any], dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    names = [column.key for column in columns]
    row_class: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - made here
    make: Callable[[Sequence[Any]], Any] = row_class._make
    changed = [
        (place, process)
        for place, column in enumerate(columns)
        if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    if not changed:
        return make

    def processed(values: Sequence[Any]) -> Any:
        row = list(values)
        for place, process in changed:
            row[place] = process(row[place])
        return make(row)

    return processed


def _is_watched(engine: Engine) -> bool:
    return bool(engine._has_events)  # noqa: SLF001 - SQLAlchemy asks the same before each statement
