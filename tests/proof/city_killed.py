"""A load killed -9 at random moments, again and again, ends as one run that nobody disturbed."""

import asyncio
import os
import random
import subprocess
import sys
import time
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
_LATEST = 0.5
"""Of the time that a load takes undisturbed: what is left gets less from kill to kill."""
_HPID = str(Path(sys.executable).with_name("hpid"))
_LOAD = [_HPID, "demo", "load", "--size", str(_SIZE), "--seed", str(_SEED)]
Rows = list[tuple[tuple[str, Any], ...]]


def main() -> int:
    """Kill, go on, compare."""
    (seed,) = seeds()
    with folder() as name:
        return _prove(Path(name), random.Random(seed))


def _prove(place: Path, rng: random.Random) -> int:
    takes = _seconds(_installed(place / "undisturbed"))
    state = place / "killed"
    environment = _installed(state)
    killed = sum(_kill(environment, takes * rng.uniform(0.0, _LATEST)) for _ in range(_KILLS))
    done = subprocess.run(_LOAD, env=environment, check=True, capture_output=True, text=True)
    print(f"killed {killed} of {_KILLS} times; then: {done.stdout.strip()}")
    url = environment["HPID_DATABASE_URL"]
    vault = Vault(MasterKey.load(state / "keys" / "master.json"))
    wanted = whole_city(vault, _SIZE, _SEED)
    found = asyncio.run(_found(url, vault, wanted))
    told = [table for table, rows in wanted.items() if _streamed(found[table]) != rows]
    print(f"{sum(map(len, wanted.values())):,} rows compared; tables that differ: {told or 'none'}")
    return 1 if told or not killed else 0


def _installed(state: Path) -> dict[str, str]:
    """Make a folder for a load, and return the environment of its commands."""
    url = f"sqlite:///{state}/hpid.sqlite3"
    environment = {**os.environ, "HPID_STATE": str(state), "HPID_DATABASE_URL": url}
    subprocess.run([_HPID, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def _seconds(environment: dict[str, str]) -> float:
    """Load, and return how long it took."""
    began = time.monotonic()
    subprocess.run(_LOAD, env=environment, check=True, capture_output=True)
    return time.monotonic() - began


def _kill(environment: dict[str, str], after: float) -> bool:
    with subprocess.Popen(
        _LOAD, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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
