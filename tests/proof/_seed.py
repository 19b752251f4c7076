"""The seeds of an item that draws at random: from $HPID_PROOF_SEED, which repeats a run, else of this moment."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

SEED = "HPID_PROOF_SEED"
USED = "HPID_PROOF_SEEDS_USED"
"""Names the file where the runner reads which seeds an item drew with."""


def seeds(number: int = 1) -> Iterator[int]:
    """Yield so many seeds that follow each other; each is said when its run begins."""
    first = int(os.environ.get(SEED) or time.time_ns() % 1_000_000_000)
    for seed in range(first, first + number):
        print(f"seed {seed}", flush=True)
        if told := os.environ.get(USED):
            with Path(told).open("a", encoding="utf-8") as file:
                file.write(f"{seed}\n")
        yield seed
