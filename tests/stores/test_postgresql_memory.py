"""idp/database on PostgreSQL when no memory is left: no place in the pool is lost by it (SECURITY I10, R05)."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PLACES = 4
_WITHOUT_MEMORY = """
import asyncio, json, resource, sys
from pathlib import Path
from sqlalchemy import text
from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done

GET = text("SELECT version FROM config_version")
RAISE = text("UPDATE config_version SET version = version + 1 RETURNING version")
PLACES = int(sys.argv[2])
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

def get(connection):
    return connection.execute(GET).scalar_one()

def size():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmSize:")))

def use_up(held, smallest):
    block = 1 << 20
    while block >= smallest:
        try:
            while True:
                held.append(bytearray(block))
        except MemoryError:
            block //= 2

async def read_without_memory(database, smallest):
    held = [None] * 100_000
    held.clear()
    resource.setrlimit(resource.RLIMIT_AS, (size(), resource.RLIM_INFINITY))
    try:
        use_up(held, smallest)
        return await database.read(get)
    except (MemoryError, DatabaseUnavailable) as error:
        return type(error).__name__
    finally:
        resource.setrlimit(resource.RLIMIT_AS, UNLIMITED)
        held.clear()

async def main():
    database = Database(sys.argv[1], lambda connection: connection, pool=PLACES, clock=Clock())
    await database.read(get)
    await database.transact(lambda connection: Done(connection.execute(RAISE).scalar_one()))
    told = [
        await read_without_memory(database, smallest) for smallest in (8192, 2048) for _ in range(PLACES + 1)
    ]
    print(json.dumps([told, database.load.in_use, await database.read(get)]))
    await database.close()

asyncio.run(main())
"""


def test_who_had_no_memory_to_ask_the_database_gives_the_place_back(postgresql_url: str) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", _WITHOUT_MEMORY, postgresql_url, str(_PLACES)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    told, in_use, version = json.loads(asked.stdout)
    assert "MemoryError" in told
    assert (in_use, version) == (0, 2)
