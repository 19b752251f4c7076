"""idp/database on SQLite: damaged files, full disks, busy neighbours (SECURITY R14), and two processes on one file."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done
from idp.database import sqlite as engine
from tests.stores.one_number import bare, raise_version, version

ROOT = Path(__file__).resolve().parents[2]

_ANOTHER_PROCESS = """
import asyncio, sys
from idp.clock import Clock
from idp.database import Database, Done
from sqlalchemy import text

RAISE = text("UPDATE config_version SET version = version + 1 RETURNING version")

async def main():
    database = Database(sys.argv[1], lambda connection: connection, clock=Clock())
    await database.open()
    print("open", flush=True)
    for _ in range(100):
        (await database.transact(lambda connection: Done(connection.execute(RAISE).scalar_one()))).unwrap()
    await database.close()

asyncio.run(main())
"""

_KILLED_WHILE_WRITING = """
import asyncio, sys
from idp.clock import Clock
from idp.database import Database, Done
from sqlalchemy import text

ADD = text("INSERT INTO audit_keys (subject_ref, sealed_key) VALUES (:name, x'00')")

async def write(database, start):
    for number in range(start, start + 100000):
        await database.transact(lambda c: Done(c.execute(ADD, {"name": f"{number:07}"}).rowcount))
        sys.stdout.write(f"{number:07}\\n")
        sys.stdout.flush()

async def main():
    database = Database(sys.argv[1], lambda connection: connection, clock=Clock())
    await database.open()
    await asyncio.gather(*(write(database, start) for start in range(0, 800000, 100000)))

asyncio.run(main())
"""

_FULL_DISK = """
import asyncio, json, resource, sys
from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done
from sqlalchemy import text

path = sys.argv[1]
FILL = text("INSERT INTO audit_keys (subject_ref, sealed_key) VALUES (:name, zeroblob(200000))")
COUNT = text("SELECT count(*) FROM audit_keys")

async def fill(database, name):
    try:
        return (await database.transact(lambda c: Done(c.execute(FILL, {"name": name}).rowcount))).unwrap()
    except DatabaseUnavailable as error:
        return str(error)

async def main():
    database = Database(f"sqlite:///{path}", lambda connection: connection, clock=Clock())
    await database.open()
    answers = [await fill(database, "before")]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    answers += await asyncio.gather(*(fill(database, f"full {n}") for n in range(8)))
    readable = await database.read(lambda c: c.execute(COUNT).scalar_one())
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    answers.append(await fill(database, "after"))
    await database.close()
    print(json.dumps([answers, readable]))

asyncio.run(main())
"""


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[Database[Connection]]:
    database = Database(sqlite_url, bare, clock=Clock())
    await database.open()
    yield database
    await database.close()


async def test_commits_reach_the_disk_before_they_are_answered(
    small: Database[Connection], path: Path
) -> None:
    def look(connection: Connection) -> Done[tuple[object, ...]]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return Done(tuple(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names))

    assert (await small.transact(look)).unwrap() == ("wal", 2, 1, 5000)
    assert (await small.transact(raise_version)).unwrap() == 2
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT version FROM config_version").fetchone() == (2,)


async def test_two_processes_share_one_file(sqlite_url: str, small: Database[Connection]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _ANOTHER_PROCESS,
        sqlite_url,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"open\n"
    for _ in range(100):
        await small.transact(raise_version)
        await small.read(version)
    assert await process.wait() == 0
    assert await small.read(version) == 201


async def test_what_was_answered_survives_a_kill(sqlite_url: str, path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _KILLED_WHILE_WRITING, sqlite_url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(500):
        await process.stdout.readline()
    process.kill()
    rest = await process.stdout.read()
    await process.wait()
    answered = int(rest.count(b"\n")) + 500
    with closing(sqlite3.connect(path)) as other:
        (stored,) = other.execute("SELECT count(*) FROM audit_keys").fetchone()
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert answered <= stored <= answered + 8


async def test_two_databases_on_one_file_lose_no_write(sqlite_url: str, small: Database[Connection]) -> None:
    other = Database(sqlite_url, bare, clock=Clock())
    outcomes = await asyncio.gather(*((small, other)[n % 2].transact(raise_version) for n in range(100)))
    await other.close()
    assert sorted(outcome.unwrap() for outcome in outcomes) == list(range(2, 102))


async def test_a_neighbour_that_keeps_the_lock_makes_us_unavailable_and_not_broken(
    sqlite_url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    database = Database(sqlite_url, bare, clock=Clock())
    await database.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as neighbour:
        neighbour.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match="locked"):
            await database.transact(raise_version)
        assert await database.read(version) == 1
        neighbour.execute("ROLLBACK")
    assert (await database.transact(raise_version)).unwrap() == 2
    await database.close()


async def test_who_waits_too_long_is_told_and_the_next_is_served(small: Database[Connection]) -> None:
    begun, gate = threading.Event(), threading.Event()

    def hold(_: Connection) -> Done[bool]:
        begun.set()
        return Done(gate.wait(10))

    holding = asyncio.create_task(small.transact(hold))
    assert await asyncio.to_thread(begun.wait, 10)
    waiting = asyncio.create_task(small.transact(raise_version))
    await asyncio.sleep(2.1)
    gate.set()
    assert (await holding).unwrap()
    with pytest.raises(DatabaseUnavailable, match="busy"):
        await waiting
    assert (await small.transact(raise_version)).unwrap() == 2


async def test_a_missing_file_is_not_quietly_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none.sqlite3'}", bare, clock=Clock())
    with pytest.raises(DatabaseUnavailable, match=r"no database at .*none.sqlite3"):
        await database.open()
    with pytest.raises(DatabaseUnavailable, match="no database at"):
        await database.open()  # still
    await database.close()


@pytest.mark.parametrize(
    "damage", ["cut in half", "cut to a page and a bit", "overwritten", "another kind of file"]
)
async def test_a_damaged_file_is_refused_in_words(sqlite_url: str, path: Path, damage: str) -> None:
    _damage(path, damage)
    database = Database(sqlite_url, bare, clock=Clock())
    with pytest.raises(DatabaseUnavailable, match="SQLite: "):
        await database.open()
    await database.close()


async def test_pages_damaged_behind_a_good_first_one_make_us_unavailable(sqlite_url: str, path: Path) -> None:
    _damage(path, "all but the first page")
    database = Database(sqlite_url, bare, clock=Clock())
    with pytest.raises(DatabaseUnavailable, match="malformed"):
        await database.transact(raise_version)
    with pytest.raises(DatabaseUnavailable, match="malformed"):
        await database.read(version)
    await database.close()


def _damage(path: Path, how: str) -> None:
    whole = path.read_bytes()
    damaged = {
        "cut in half": whole[: len(whole) // 2],
        "cut to a page and a bit": whole[:5000],
        "overwritten": b"\xff" * len(whole),
        "another kind of file": b"%PDF-1.7\n" * 5000,
        "all but the first page": whole[:4096] + b"\xff" * (len(whole) - 4096),
    }
    path.write_bytes(damaged[how])


def test_a_full_disk_refuses_writes_keeps_reads_and_heals(path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    answers, readable = json.loads(answer.stdout)
    assert answers[0] == answers[-1] == 1
    refused = [text for text in answers[1:-1] if text != 1]
    assert refused
    assert all(str(text).startswith("SQLite: ") for text in refused)
    assert readable == 1 + answers[1:-1].count(1)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM audit_keys").fetchone() == (readable + 1,)
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_closing_leaves_one_file(small: Database[Connection], path: Path) -> None:
    await small.transact(raise_version)
    await small.read(version)
    await small.close()
    assert [file.name for file in path.parent.glob("hpid.sqlite3*")] == ["hpid.sqlite3"]
