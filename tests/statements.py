"""What SQLAlchemy compiles for one database of a test run serves the next: most of a short test would be spent there."""

from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.util import LRUCache

from idp.database import Database
from idp.database.sqlite import Sqlite

_compiled = LRUCache[Any, Any](4096)
_dialects: dict[str, Dialect] = {}


def share_statements(database: Database[Any]) -> None:
    """Give an embedded database the statements of those before it; the dialect is a part of their key."""
    if isinstance(database._engine, Sqlite):
        for engine in (database._engine._writer._engine, database._engine._reader._engine):
            engine.dialect = engine.pool._dialect = _dialects.setdefault(engine.name, engine.dialect)
            engine._compiled_cache = _compiled
