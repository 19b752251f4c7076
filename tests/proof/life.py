"""Life in a small city on SQLite: 5,000 sequences of up to 30 steps, every invariant asked after each.

Events of registers in any order and twice, sign-ins, grants, mandates, locks in four eyes, merges and splits, time.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from idp.clock import Clock
from idp.database import Database
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey
from migrations.run import upgrade
from tests.life_events.living import Player, live, running_loop
from tests.proof._seed import seeds
from tests.stores.samples import NOW

SEQUENCES = int(os.environ.get("LIFE_SEQUENCES", "5000"))
_HAPPENED_AT_LEAST = (
    *("event_of_a_person person.died applied", "event_again repeated", "sign_in done", "grant organisation"),
    *("grant ward", "appoint done", "appoint_firm done", "merge done", "split_again done", "decide done"),
    *("event_of_an_organisation organisation.status applied", "lock_by_hand True"),
)
"""What a run of so many sequences that it proves anything has come across."""
_ENOUGH = 1000


def prove(url: str, sequences: int = SEQUENCES) -> int:
    """Play so many sequences on a database; a broken invariant is an AssertionError with the steps that led to it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, running_loop() as loop:
        MasterKey.create(Path(folder) / "master.json")
        upgrade(url)
        clock = Clock(lambda: NOW)
        vault = Vault(MasterKey.load(Path(folder) / "master.json"))
        database: Database[Any] = Database(url, Tx.unit(vault, clock), clock=clock)
        asyncio.run_coroutine_threadsafe(database.open(), loop).result()
        player = Player(database, loop)
        live(player, sequences=sequences, drawn_with=next(seeds()))
        asyncio.run_coroutine_threadsafe(database.close(), loop).result()
    steps = sum(player.counts.values())
    print(f"{player.sequences} sequences, {steps} steps in {time.monotonic() - began:.0f} s")
    missing = [name for name in _HAPPENED_AT_LEAST if not player.counts[name] and sequences >= _ENOUGH]
    assert not missing, missing
    return 0


def main() -> int:
    """Prove it on a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return prove(f"sqlite:///{Path(folder) / 'life.sqlite3'}")


if __name__ == "__main__":
    sys.exit(main())
