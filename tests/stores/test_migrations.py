"""migrations/: the schema they make is the one the stores declare; they run twice, at once, and after a kill."""

import asyncio
import concurrent.futures
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ClauseElement, Connection, inspect, make_url, text

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done, metadata
from idp.database.whole import alone
from idp.emergency.model import Kinds, Target
from idp.transaction import Tx
from keys.envelope import Vault
from migrations.run import current, head, upgrade
from tests.stores.administrator import Administrator

ROOT = Path(__file__).resolve().parents[2]

_KILLED_EVERY_SO_OFTEN = """
import itertools, os, sys
from sqlalchemy import Engine, event
import idp.transaction
from migrations.run import current, upgrade

url = sys.argv[1]
for fatal in itertools.count(1, 22):
    child = os.fork()
    if child == 0:
        count = itertools.count(1)
        @event.listens_for(Engine, "before_cursor_execute")
        def kill(*_):
            if next(count) == fatal:
                os._exit(9)
        upgrade(url)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
    assert current(url) is None, fatal
print(fatal, current(url))
"""


def bare(connection: Connection) -> Connection:
    return connection


async def _inspect(url: str, look: Callable[[Connection], object]) -> object:
    database = Database(url, bare, clock=Clock())
    try:
        return (await database.transact(lambda connection: Done(look(connection)))).unwrap()
    finally:
        await database.close()


def _shape(connection: Connection) -> dict[str, object]:
    inspector = inspect(connection)

    def by_name(items: Sequence[Mapping[str, object]]) -> list[str]:
        return sorted(str({key: _plain(value) for key, value in item.items()}) for item in items)

    return {
        table: (
            by_name(inspector.get_columns(table)),
            inspector.get_pk_constraint(table),
            by_name(inspector.get_foreign_keys(table)),
            by_name(inspector.get_unique_constraints(table)),
            by_name(inspector.get_indexes(table)),
            by_name(inspector.get_check_constraints(table)),
        )
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _plain(value: object) -> object:
    """Return what two reflections of one thing have in common."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return str(value) if isinstance(value, ClauseElement) else repr(value)


def test_the_migrated_schema_is_the_one_the_stores_declare(
    database_url: str, empty_database_url: str
) -> None:
    """To look at every table takes longer than a transaction of a request may."""

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    def create_all(connection: Connection) -> dict[str, object]:
        metadata.create_all(connection)
        return _shape(connection)

    assert alone(database_url, differences) == []
    declared = alone(empty_database_url, create_all)
    assert alone(database_url, _shape) == declared
    assert len(declared) == len(metadata.tables)


def test_upgrading_twice_changes_nothing(empty_database_url: str) -> None:
    assert current(empty_database_url) is None
    upgrade(empty_database_url)
    shape = alone(empty_database_url, _shape)
    upgrade(empty_database_url)
    assert current(empty_database_url) == head()
    assert alone(empty_database_url, _shape) == shape


def test_two_that_upgrade_at_once_wait_for_each_other(empty_database_url: str) -> None:
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        list(threads.map(upgrade, [empty_database_url] * 3))
    assert current(empty_database_url) == head()


def test_killed_at_any_statement_it_leaves_nothing_and_runs_again(
    empty_database_url: str, tmp_path: Path
) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _KILLED_EVERY_SO_OFTEN, empty_database_url],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    statements, revision = answer.stdout.split()
    assert int(statements) > 50
    assert revision == head()


_OF_0008 = (
    (
        "INSERT INTO people (bucket, person_id, name_fold, commune_code, account_level, status, status_reason, roles,"
        " profile, synthetic, created_at, updated_at) VALUES ('5b', '5b', '', '', 2, 'active', '', '', '', true, 1, 1)"
    ),
    "INSERT INTO clients (client_id, enabled, facts, created_at, updated_at) VALUES ('c', true, '{}', 1, 1)",
    (
        "INSERT INTO sessions (bucket, session_id, cookie, person_id, created_at, last_seen_at, expires_at, auth_time,"
        " acr, amr, ial, idp) VALUES ('5b', 's', '', '5b', 1, 1, 9000000000000000, 1, 'a', '[]', 2, 'national')"
    ),
    (
        "INSERT INTO grants (bucket, grant_id, gid, person_id, client_id, session_id, is_offline, facts, created_at,"
        " expires_at) VALUES ('5b', 'g', 'g', '5b', 'c', 's', false, '{}', 1, 9000000000000000)"
    ),
)
"""Rows as the release of schema 0008 wrote them."""


async def test_what_the_release_before_wrote_is_kept_and_so_it_goes_on_writing(
    empty_database_url: str, vault: Vault, clock: Clock
) -> None:
    def write(connection: Connection) -> None:
        for statement in _OF_0008:
            connection.execute(text(statement))

    def read(tx: Tx) -> tuple[list[str], list[str]]:
        (sessions,), (grants,) = (
            list(tx.affected.sessions(Target(), "5b", clock.now())),
            list(tx.affected.grants(Target(), Kinds(sessions=True, grants=True), "5b", clock.now())),
        )
        return [one.session_id for one in sessions], [one.grant_id for one in grants]

    await asyncio.to_thread(upgrade, empty_database_url, "0008")
    await _inspect(empty_database_url, write)
    await asyncio.to_thread(upgrade, empty_database_url)
    database = Database(empty_database_url, Tx.unit(vault, clock), clock=clock)
    try:
        assert await database.read(read) == (["s"], ["g"])
        assert await database.read(lambda tx: tx.affected.unplaced("5b", clock.now())) == 1
    finally:
        await database.close()
    again = [statement.replace("'s'", "'t'").replace("'g'", "'h'") for statement in _OF_0008[2:]]
    again[0] = again[0].replace("'t', ''", "'t', 't'")

    def write_again(connection: Connection) -> None:
        for statement in again:
            connection.execute(text(statement))

    await _inspect(empty_database_url, write_again)


def test_a_new_embedded_database_is_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    upgrade(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_schema_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newer.sqlite3'}"
    upgrade(url)
    with closing(sqlite3.connect(tmp_path / "newer.sqlite3", isolation_level=None)) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(
        DatabaseUnavailable, match=r"^the database is at revision 9999, .*: use the newer release$"
    ):
        upgrade(url)
    assert current(url) == "9999"


def test_what_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("this is not a database, and it is long enough to be looked at\n" * 40)
    with pytest.raises(DatabaseUnavailable, match=r"can't be migrated: .*not a database"):
        upgrade(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnavailable, match="can't be migrated"):
        upgrade(f"postgresql:///nowhere?host={tmp_path}")
    with pytest.raises(DatabaseUnavailable, match="can't be migrated"):
        upgrade(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}")


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_role_that_owns_nothing_and_a_table_in_use_are_told_with_what_helps(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(empty_database_url, "0035")
    administrator = Administrator(empty_database_url)
    role = f"hpid_serves_{os.getpid()}"
    administrator.execute(
        f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    )
    try:
        with pytest.raises(DatabaseUnavailable) as refused:
            upgrade(make_url(empty_database_url).set(username=role).render_as_string(hide_password=False))
        assert str(refused.value) == (
            "the database can't be migrated: must be owner of table sessions: "
            "the role that owns the tables may, see deploy/postgresql"
        )
        monkeypatch.setattr("migrations.run._LOCK_SECONDS", 0.1)
        administrator.execute("BEGIN", "LOCK TABLE sessions IN ACCESS SHARE MODE")
        with pytest.raises(DatabaseUnavailable) as given_up:
            upgrade(empty_database_url)
        assert str(given_up.value) == (
            "the database can't be migrated: canceling statement due to lock timeout: somebody has used a table for "
            "long, see pg_stat_activity; nothing was changed, run it again"
        )
        administrator.execute("ROLLBACK")
        upgrade(empty_database_url)
    finally:
        administrator.execute("ROLLBACK", f"DROP OWNED BY {role}", f"DROP ROLE {role}")
        administrator.close()


def test_the_newest_revision_is_told_without_alembic_as_alembic_tells_it() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [head()]


def test_a_command_starts_without_the_tools_of_migrating_and_the_other_engine() -> None:
    """A fourth of each command's start would go into what it never uses."""
    asked = "import sys, idp.cli; print(*{'alembic', 'sqlalchemy.orm', 'asyncpg'} & sys.modules.keys())"
    done = subprocess.run((sys.executable, "-c", asked), capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
