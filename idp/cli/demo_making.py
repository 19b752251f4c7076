"""The process that draws and seals a large city, while the one that began it writes; they speak over a pipe.

It is forked before anything is open, and has neither database nor network. When the other one is gone, so is it.
"""

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from idp.cli.demo_large_batches import RECORDS, Anchor, Batch, large_batches
from keys.envelope import Vault
from keys.master import MasterKey

_FORK = multiprocessing.get_context("fork")


def begin(
    *, master_key: Path, size: str | int, seed: int, moment: datetime, records: int = RECORDS
) -> tuple[BaseProcess, Connection]:
    """Start it; what comes through the pipe is a Batch, or an Anchor that asks whether it is there, at last None."""
    ours, theirs = _FORK.Pipe()
    vault = Vault(MasterKey.load(master_key))
    make = partial(large_batches, size, seed, vault=vault, moment=moment, records=records)
    process = _FORK.Process(target=_make, args=(theirs, ours, make), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _make(pipe: Connection, other: Connection, make: Callable[..., Iterator[Batch]]) -> None:
    other.close()
    gc.freeze()
    gc.set_threshold(
        100_000, 50, 100
    )  # there is nearly nothing to find, and looking takes a tenth of the time

    def is_there(anchor: Anchor) -> bool:
        pipe.send(anchor)
        return bool(pipe.recv())

    with suppress(BrokenPipeError, ConnectionResetError, EOFError, KeyboardInterrupt):
        for batch in make(is_there=is_there):
            pipe.send(batch)
        pipe.send(None)
