"""R24 whole, on SQLite: twenty relying parties, five dead, slow or broken; a thousand sign-outs in the queue; four kills.

Sign-outs through the front door are timed with an empty queue, and with five thousand messages waiting for the five.
"""

import asyncio
import random
import statistics
import sys
import tempfile
from pathlib import Path

from tests.faults.logouts import (
    ANSWERED_SECONDS,
    HEARD_SECONDS,
    City,
    check_ledger,
    city,
    kill_with_a_full_queue,
    sign_out,
)
from tests.proof._seed import seeds

_TIMED = 5
_BACKLOG = 1000
_PATIENCE = 400.0


async def _time_sign_outs(running: City, words: str, *, check: bool = False) -> list[str]:
    """Sign some people out, and look at the ledger of the first; return what was too slow."""
    answered, heard = [], []
    for n in range(_TIMED):
        visitor = await running.sign_in_everywhere(f"timed-{words}-{n}")
        done = await sign_out(running, visitor)
        answered.append(done.answered)
        heard.append(done.heard)
        if n == 0 and check:
            await running.every_bad_one_was_tried()
            await check_ledger(running, done.logout_id)
    print(
        f"  {words}: answered in {statistics.median(answered):.2f} s (slowest {max(answered):.2f}), "
        f"heard by the fifteen in {statistics.median(heard):.2f} s (slowest {max(heard):.2f})"
    )
    slow = [f"{words}: answered in {one:.2f} s" for one in answered if one > ANSWERED_SECONDS]
    return slow + [f"{words}: heard in {one:.2f} s" for one in heard if one > HEARD_SECONDS]


async def _prove(
    folder: Path, database_url: str | None, *, sign_outs: int, kills: int, seed: int
) -> list[str]:
    async with city(folder, database_url) as running:
        problems = await _time_sign_outs(running, "with an empty queue", check=True)
        await running.queue("missed", _BACKLOG, running.bad)
        problems += await _time_sign_outs(
            running, f"with {_BACKLOG * len(running.bad)} messages for the five"
        )
        outcome = await kill_with_a_full_queue(
            running, sign_outs=sign_outs, kills=kills, chance=random.Random(seed), patience=_PATIENCE
        )
        print("  " + ", ".join(f"{name}: {value}" for name, value in outcome.items()))
        complaints = [line for line in running.node.complaints() if line["event"] != "given up"]
    return problems + [str(line) for line in complaints]


def prove(database_url: str | None, *, sign_outs: int, kills: int) -> int:
    """Run it; print the times and what was not as it should be."""
    (seed,) = seeds()
    with tempfile.TemporaryDirectory() as folder:
        work = _prove(Path(folder), database_url, sign_outs=sign_outs, kills=kills, seed=seed)
        problems = asyncio.run(work)
    print(f"  problems: {problems or 'none'}", flush=True)
    return bool(problems)


def main() -> int:
    """Prove it on a SQLite file; what is lost is an AssertionError."""
    return prove(None, sign_outs=1000, kills=4)


if __name__ == "__main__":
    sys.exit(main())
