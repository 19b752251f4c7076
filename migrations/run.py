"""Bring a database to the newest schema, or say where it stands. Used by `hpid init`, `hpid migrate` and tests.

One transaction for all revisions, on both engines: killed at any statement, the database is as it was
(SECURITY R12). Two processes at once wait for each other; the second finds nothing left to do. These
functions block: from a coroutine, call them by `asyncio.to_thread`. Every command asks where the database stands:
Alembic, and the driver of the other engine, are imported by who needs them.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from sqlalchemy import URL, Connection, NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from idp.database import DatabaseUnavailable, engine_url, metadata

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")

_BUSY_SECONDS = 30.0
_LOCK_SECONDS = 3
"""A change of a table waits this long for those who use it, because whoever comes meanwhile waits behind it."""
_ADVICE: Mapping[str, str] = {
    "42501": "the role that owns the tables may, see deploy/postgresql",
    "55P03": "somebody has used a table for long, see pg_stat_activity; nothing was changed, run it again",
}
"""PostgreSQL's word for why it can't be migrated → what would help."""
_TABLE = "alembic_version"
_REVISION = text("SELECT version_num FROM alembic_version")
_LOCK = 0x68706964  # "hpid"; the number of the lock that migrating processes share


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to the newest schema, or to an older one; an embedded one is made if there is none."""
    _on_connection(engine_url(url), partial(_upgrade, revision=revision), failing="can't be migrated")


def current(url: str) -> str | None:
    """Return the revision the database is at; None if it has no schema."""
    target = engine_url(url)
    if target.get_backend_name() == "sqlite" and not Path(str(target.database)).is_file():
        return None
    return _on_connection(
        target,
        _revision_of,
        failing="can't be read",
    )


def head() -> str:
    """Return the newest revision this version of the program knows."""
    return max(path.name[:4] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))


def stranger(revision: str) -> str:
    """Return what to say of a revision that this version of the program does not know: a later one made it."""
    return f"the database is at revision {revision}, and this release knows {head()} at most: use the newer release"


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade_on(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision within the transaction of this connection."""
    from alembic import command

    command.upgrade(_config(connection), revision)


def drop_on(connection: Connection) -> None:
    """Drop every table of ours within the transaction of this connection; on SQLite foreign keys must be off."""
    there = inspect(connection).get_table_names()
    cascade = "" if connection.dialect.name == "sqlite" else " CASCADE"
    for name in there:
        if name in metadata.tables or name == _TABLE:
            connection.exec_driver_sql(f"DROP TABLE {name}{cascade}")
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_events_refuse")


def knows(revision: str) -> bool:
    """Tell whether this version of the program knows a revision."""
    return any((Path(__file__).parent / "versions").glob(f"{revision}_*.py")) if revision.isdigit() else False


def _revision_of(connection: Connection) -> str | None:
    found: str | None = connection.scalar(_REVISION) if inspect(connection).has_table(_TABLE) else None
    return found


def _upgrade(connection: Connection, *, revision: str) -> None:
    if connection.dialect.name == "sqlite":
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        connection.begin()
        driver.execute("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(_LOCK_SECONDS * 1000)}ms'")
    found = _revision_of(connection)
    if found is not None and not knows(found):
        raise DatabaseUnavailable(stranger(found))
    upgrade_on(connection, revision)
    connection.commit()


def _on_connection(target: URL, work: Callable[[Connection], T], *, failing: str) -> T:
    try:
        if target.get_backend_name() == "sqlite":
            Path(str(target.database)).touch(mode=0o600)  # what it holds is for us alone
            arguments = {"isolation_level": None, "timeout": _BUSY_SECONDS}
            engine = create_engine(target, poolclass=NullPool, connect_args=arguments)
            with engine.connect() as connection:
                return work(connection)
        return asyncio.run(_on_async_connection(target, work))
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise DatabaseUnavailable(f"the database {failing}: {_why(error)}") from error


def _why(error: Exception) -> str:
    """Return what the driver said, and what would help where that is known."""
    told: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        told = error.orig.__cause__ or error.orig  # the driver's own, in its own words
    advice = _ADVICE.get(getattr(told, "sqlstate", None) or "")
    reason = str(told) or "no answer in time"  # a time-out has no words of its own
    return reason if advice is None else f"{reason}: {advice}"


async def _on_async_connection(target: URL, work: Callable[[Connection], T]) -> T:
    from idp.database.servers import make_engine

    engine = make_engine(target, prepared=False, seconds=None, poolclass=NullPool)
    async with engine.connect() as connection:
        return await connection.run_sync(work)
