"""A load killed -9 at random moments, again and again, ends as one run that nobody disturbed."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from idp.clock import Clock
from idp.database import Database
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey
from tests.proof._city import folder
from tests.proof._seed import seeds
from tests.stores.city_content import content_of, whole_city

_SIZE, _SEED = 6_000, 31
_KILLS = 8
_LATEST = 9.0
Rows = list[tuple[tuple[str, Any], ...]]


def main() -> int:
    """Kill, go on, compare."""
    (seed,) = seeds()
    with folder() as name:
        return _prove(Path(name), random.Random(seed))


def _prove(state: Path, rng: random.Random) -> int:
    url = f"sqlite:///{state}/hpid.sqlite3"
    environment = {**os.environ, "HPID_STATE": str(state), "HPID_DATABASE_URL": url}
    hpid = str(Path(sys.executable).with_name("hpid"))
    subprocess.run([hpid, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    command = [hpid, "demo", "load", "--size", str(_SIZE), "--seed", str(_SEED)]
    killed = sum(_kill(command, environment, rng.uniform(1.0, _LATEST)) for _ in range(_KILLS))
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    print(f"killed {killed} of {_KILLS} times; then: {done.stdout.strip()}")
    vault = Vault(MasterKey.load(state / "keys" / "master.json"))
    wanted = whole_city(vault, _SIZE, _SEED)
    found = asyncio.run(_found(url, vault, wanted))
    told = [table for table, rows in wanted.items() if _streamed(found[table]) != rows]
    print(f"{sum(map(len, wanted.values())):,} rows compared; tables that differ: {told or 'none'}")
    return 1 if told or not killed else 0


def _kill(command: list[str], environment: dict[str, str], after: float) -> bool:
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as load:
        try:
            load.wait(after)
        except subprocess.TimeoutExpired:
            load.kill()
            return True
    return False


def _streamed(rows: Rows) -> Rows:
    """Leave out what is given once all are in: user names for those few who have a city password."""
    return [row for row in rows if ("scheme", "username") not in row]


async def _found(url: str, vault: Vault, wanted: dict[str, Rows]) -> dict[str, Rows]:
    database: Database[Tx] = Database(url, Tx.unit(vault, Clock()), clock=Clock())
    await database.open()
    try:
        return dict(await content_of(database, vault, wanted))
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main())
