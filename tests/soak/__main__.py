"""`scripts/soak`: lets every sort of use go on with short lifetimes, and tells whether anything still grows."""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idp.database import DatabaseUnavailable
from tests.processes import ROOT
from tests.proof._machine import machine
from tests.proof._postgresql import postgresql
from tests.server import fresh_postgresql
from tests.soak import report
from tests.soak.journeys import Journeys, arrange
from tests.soak.lives import capped
from tests.soak.load import Tally, keep_pace, paces
from tests.soak.site import Site, open_site
from tests.soak.verdict import Sample, judge_memory, judge_rows
from tests.soak.weights import rows
from tests.staying import STAYS

_EVERY = 10.0
"""Seconds between two looks."""
_MOST_FAILED = 0.01
"""Share of the journeys that may fail: with more, what was measured is not this load."""
_GUESSES_FIRST = 16
"""At once before all else, so that every thread that hashes has done so: it keeps its 19 MiB, whenever that is."""
REPORT = ROOT / "bench" / "report" / "soak.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Soaked:
    """What a run left behind."""

    samples: list[Sample]
    missed: int
    """Looks for which the database had no time."""
    tally: Tally
    statuses: dict[str, int]


async def _soak(site: Site, minutes: float, share: float) -> Soaked:
    journeys: Journeys = await arrange(site)
    tally, samples, missed = Tally(), list[Sample](), 0
    await asyncio.gather(*(journeys.guess() for _ in range(_GUESSES_FIRST)))
    loop = asyncio.get_running_loop()
    began = loop.time()
    tasks = [
        asyncio.create_task(keep_pace(sort, journey, pace, tally))
        for sort, (journey, pace) in paces(journeys, share).items()
    ]
    try:
        for look in range(1, int(minutes * 60 / _EVERY) + 1):
            await asyncio.sleep(max(0.0, began + look * _EVERY - loop.time()))
            sample = await _look(site, look * _EVERY)
            if sample is None:
                missed += 1
                continue
            samples.append(sample)
            site.hearing.heard.clear()
            if sample.second % 60 == 0:
                line = report.minute_line(sample, tally.done.total(), site.statuses)
                print(line, flush=True)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return Soaked(samples=samples, missed=missed, tally=tally, statuses=dict(site.statuses))


async def _look(site: Site, second: float) -> Sample | None:
    """Return what there is now, or None if the database was too busy to tell."""
    try:
        counted = await site.world.provider.database.read(rows)
    except DatabaseUnavailable:
        return None
    return Sample(second=second, rows=counted, processes=site.weights())


async def _run(folder: Path, database_url: str | None, given: argparse.Namespace) -> Soaked:
    async with open_site(folder, database_url, capped(given.life)) as site:
        return await _soak(site, given.minutes, given.share)


def _judge(soaked: Soaked, given: argparse.Namespace) -> list[str]:
    """Print and write what was found; return what is not as it should be."""
    end = given.minutes * 60
    minutes = (given.minutes / 3, given.minutes)
    of_rows = judge_rows(soaked.samples, end, stays=STAYS)
    of_memory = judge_memory(soaked.samples, end)
    print(report.table(of_rows, "rows", minutes))
    print(report.table(of_memory, "MiB", minutes))
    last = soaked.samples[-1]
    print("not judged, since they stay:")
    for name, why in sorted(STAYS.items()):
        print(f"  {name}: {last.rows[name]} rows ({why})")
    tally = soaked.tally
    failed, done = tally.failed.total(), tally.done.total()
    print(f"journeys: {dict(tally.done)}; failed: {dict(tally.failed)}; held back: {dict(tally.held_back)}")
    print(f"answers: {soaked.statuses}; looks missed: {soaked.missed}")
    problems = [
        f"{one.name} grows: {one.early:.1f} → {one.late:.1f}"
        for one in (*of_rows, *of_memory)
        if one.is_broken
    ]
    problems += [
        f"{number} times {status}"
        for status, number in soaked.statuses.items()
        if not status.startswith(("2", "3", "4"))
    ]
    if failed > _MOST_FAILED * (failed + done):
        problems.append(f"{failed} of {failed + done} journeys failed: {tally.first_failures}")
    content: dict[str, Any] = {
        "machine": machine(),
        "database": "sqlite" if given.sqlite else "postgresql",
        "minutes": given.minutes,
        "life_seconds": given.life,
        "share": given.share,
        "rows": report.as_json(of_rows),
        "memory_mib": report.as_json(of_memory),
        "journeys": {"done": tally.done, "failed": tally.failed, "held_back": tally.held_back},
        "first_failures": tally.first_failures,
        "answers": soaked.statuses,
        "missed_looks": soaked.missed,
        "stays": dict(STAYS),
        "problems": problems,
    }
    report.write(given.report, content, soaked.samples)
    print(f"{given.report}; problems: {problems or 'none'}")
    return problems


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long; a third of it is the beginning")
    parser.add_argument("--life", type=int, default=300, help="no lifetime is longer than so many seconds")
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the usual load, some 17 journeys a second"
    )
    parser.add_argument(
        "--sqlite", action="store_true", help="one node on SQLite, in place of two on PostgreSQL"
    )
    parser.add_argument("--report", type=Path, default=REPORT)
    given = parser.parse_args(words)
    if given.minutes < 3 or given.life < 30 or not 0 < given.share <= 1:
        parser.error("at least 3 minutes, lifetimes of 30 seconds, and a share up to 1")
    return given


def main(words: Sequence[str]) -> int:
    """Run it; 1 if something grows or fails."""
    given = _arguments(words)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it ends what it started
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hpid-soak-")))
        url = None
        if not given.sqlite:
            url = stack.enter_context(fresh_postgresql(stack.enter_context(postgresql())))
        soaked = asyncio.run(_run(folder, url, given))
    try:
        return 1 if _judge(soaked, given) else 0
    except ValueError as error:
        report.write(given.report, {"problems": [str(error)], "missed_looks": soaked.missed}, soaked.samples)
        print(f"{given.report}; no verdict: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
