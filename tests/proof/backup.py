"""Back-up and restore on both engines: the whole story, a restore killed at every few statements, and many rows."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from idp.database import engine_url
from idp.database.whole import alone
from migrations.run import current, head
from tests.faults.restoring import SETTINGS, Story
from tests.processes import ROOT
from tests.proof._postgresql import postgresql
from tests.server import Installation, Node, free_ports, fresh_postgresql

_KILLS = 10
_ROWS = 200_000
_MOST_MEMORY = 256 * 1024
"""KiB of resident memory; a command that holds the rows takes several times as much."""
_KILLED = """
import itertools, os, sys
from sqlalchemy import Engine, event
import idp.cli

fatal, count = int(sys.argv.pop(1)), itertools.count(1)

@event.listens_for(Engine, "before_cursor_execute")
def kill(*_):
    if next(count) == fatal:
        os._exit(9)

status = 0
try:
    idp.cli.main()
except SystemExit as ended:
    status = ended.code or 0
print("statements", next(count) - 1, file=sys.stderr)
os._exit(status)
"""
_MANY = "INSERT INTO limits (counter, count, ends_at) "
_MANY_OF = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
    " SELECT randomblob(32), 1, 9000000000000000 FROM n",
    "postgresql": "SELECT decode(md5(i::text) || md5('x' || i), 'hex'), 1, 9000000000000000"
    " FROM generate_series(1, {rows}) AS s(i)",
}


def main() -> int:
    """Prove all of it on SQLite and on PostgreSQL."""
    problems: list[str] = []
    with postgresql() as server, _folder() as folder:
        for engine in ("sqlite", "postgresql"):
            problems += [f"{engine}: {one}" for one in _prove(engine, server, folder / engine)]
    print("\n".join(problems) or "nothing lost, nothing revived, nothing by halves")
    return bool(problems)


def _prove(engine: str, server: str, folder: Path) -> list[str]:
    folder.mkdir()
    with _database(engine, server, folder / "lived.sqlite3") as url:
        installation = Installation(
            folder=folder / "state",
            port=free_ports(1)[0],
            database_url=url,
            settings={**SETTINGS, "HPID_EMBED_WORKER": "true"},
            forked=False,
        )
        installation.prepare()
        file = folder / "all.gz"
        problems = asyncio.run(Story(installation=installation, node=Node(installation), file=file).tell())
        problems += _killed(installation, file, engine, server)
        return problems + _many(installation, folder / "many.gz", engine, server)


def _killed(installation: Installation, file: Path, engine: str, server: str) -> list[str]:
    """Kill a restore at one statement after the other; afterwards there must be nothing, and it must work."""
    problems = []
    with _database(engine, server, file.with_name("killed.sqlite3")) as url:
        with _database(engine, server, file.with_name("counted.sqlite3")) as counted:
            whole = _hpid(installation, counted, "restore", str(file), fatal=0)
        statements = int(whole.stderr.split()[-1])
        for fatal in sorted({1 + n * statements // _KILLS for n in range(_KILLS)}):
            ran = _hpid(installation, url, "restore", str(file), fatal=fatal)
            if ran.returncode != 9 or current(url) is not None:
                problems.append(f"killed at {fatal} of {statements}: {ran.returncode}, {current(url)}")
        ran = _hpid(installation, url, "serve", fatal=0)
        if ran.returncode != 1 or "no schema yet" not in ran.stderr:
            problems.append(f"served half a database: {ran}")
        ran = _hpid(installation, url, "restore", str(file), fatal=0)
        if ran.returncode != 0 or current(url) != head():
            problems.append(f"not restored after all: {ran}")
        again = _hpid(installation, url, "restore", str(file), "--replace", "--yes", fatal=statements // 2)
        if again.returncode != 9 or current(url) != head():
            problems.append(f"killed while replacing: {again}")
    print(f"{engine}: killed at {_KILLS} of {statements} statements")
    return problems


def _many(installation: Installation, file: Path, engine: str, server: str) -> list[str]:
    """Take and restore many rows in a bounded memory."""
    insert = _MANY + _MANY_OF[engine].format(rows=_ROWS)
    alone(installation.database, lambda connection: _execute(connection, insert))
    made = _hpid(installation, installation.database, "backup", str(file), "--json", fatal=0)
    rows = json.loads(made.stdout)["tables"]["limits"]
    with _database(engine, server, file.with_name("many.sqlite3")) as url:
        restored = _hpid(installation, url, "restore", str(file), "--json", fatal=0)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{engine}: {rows} rows, {file.stat().st_size} bytes, at most {memory // 1024} MiB")
    problems = [] if rows >= _ROWS and restored.returncode == 0 else [f"{rows} rows; {restored}"]
    return problems + ([] if memory <= _MOST_MEMORY else [f"{memory // 1024} MiB of memory"])


def _execute(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def _hpid(
    installation: Installation, url: str, *words: str, fatal: int
) -> "subprocess.CompletedProcess[str]":
    environment = installation.environment(HPID_DATABASE_URL=url, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-c", _KILLED, str(fatal), *words]
    return subprocess.run(
        command, env=environment, cwd=installation.folder, capture_output=True, text=True, check=False
    )


@contextmanager
def _database(engine: str, server: str, path: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{path}"
        return
    with fresh_postgresql(server) as url:
        assert engine_url(url).get_backend_name() == "postgresql"
        yield url


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hpid-proof-backup-") as name:
        yield Path(name)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(ROOT))
    sys.exit(main())
