"""A condition that SQLite shall not look rows up by: it takes an index of rows in order instead, if there is one.

Without figures of its own it takes the condition for rare, finds all rows that hold it, and sorts them, however few are
wanted (https://www.sqlite.org/lang_corefunc.html#likely). PostgreSQL knows how rare it is.
"""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Likely(FunctionElement[Any]):
    """The condition itself, which most rows are said to hold. It has no type: SQLite would compare a Boolean with 1."""

    inherit_cache = True

    def __init__(self, condition: ColumnElement[bool]) -> None:
        super().__init__(condition)


@compiles(Likely)
def _plain(element: Likely, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(Likely, "sqlite")
def _likely(element: Likely, compiler: SQLCompiler, **options: Any) -> str:
    return f"likely({compiler.process(element.clauses, **options)})"
