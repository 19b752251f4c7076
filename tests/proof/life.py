"""Life in a small city on SQLite: 5,000 sequences of up to 30 steps, every invariant asked after each.

Events of registers in any order and twice, sign-ins, grants, mandates, locks in four eyes, merges and splits, time. Two
processes play half each, with a seed and a database of their own.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
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
PARTS = 2
_HAPPENED_AT_LEAST = (
    *("event_of_a_person person.died applied", "event_again repeated", "sign_in done", "grant organisation"),
    *("grant ward", "appoint done", "appoint_firm done", "merge done", "split_again done", "decide done"),
    *("event_of_an_organisation organisation.status applied", "lock_by_hand True"),
)
"""What a run of so many sequences that it proves anything has come across."""
_ENOUGH = 1000


def prove(urls: Sequence[str], sequences: int = SEQUENCES) -> int:
    """Play so many sequences over databases; a broken invariant is an AssertionError with the steps that led to it."""
    began = time.monotonic()
    each = -(-sequences // len(urls))
    with ProcessPoolExecutor(len(urls), mp_context=get_context("spawn")) as pool:
        playing = [
            pool.submit(_play, url, each, seed) for url, seed in zip(urls, seeds(len(urls)), strict=True)
        ]
        played = [one.result() for one in playing]
    counts = sum((one for _, one in played), Counter[str]())
    done, steps = sum(number for number, _ in played), sum(counts.values())
    print(f"{done} sequences, {steps} steps in {time.monotonic() - began:.0f} s")
    assert done >= sequences, done
    missing = [name for name in _HAPPENED_AT_LEAST if not counts[name] and sequences >= _ENOUGH]
    assert not missing, missing
    return 0


def _play(url: str, sequences: int, seed: int) -> tuple[int, Counter[str]]:
    """Play in this process; return how many sequences there were, and what came of their steps."""
    with tempfile.TemporaryDirectory() as folder, running_loop() as loop:
        MasterKey.create(Path(folder) / "master.json")
        upgrade(url)
        clock = Clock(lambda: NOW)
        vault = Vault(MasterKey.load(Path(folder) / "master.json"))
        database: Database[Any] = Database(url, Tx.unit(vault, clock), clock=clock)
        asyncio.run_coroutine_threadsafe(database.open(), loop).result()
        player = Player(database, loop)
        live(player, sequences=sequences, drawn_with=seed)
        asyncio.run_coroutine_threadsafe(database.close(), loop).result()
    return player.sequences, player.counts


def main() -> int:
    """Prove it on files of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return prove([f"sqlite:///{Path(folder) / f'life{part}.sqlite3'}" for part in range(PARTS)])


if __name__ == "__main__":
    sys.exit(main())
