"""What `scripts/bench` runs: measures ours beside others and writes the report (docs/how-to/measure.md)."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.bars import Bar, bars_of, results
from bench.contest import Contestant, contest
from bench.flame import flame_graph
from bench.measure import CONNECTIONS, Line, at_seventy_percent, measure, tokens_beside_logins
from bench.password_login import hash_cpu_seconds
from bench.processes import cores
from bench.report import FOLDER, write
from bench.scenarios import SCENARIOS

_NAMES = [scenario.name for scenario in SCENARIOS]
_UNDER_LOAD = ("P1", "P2", "P3", "P4")


def main() -> int:
    """Measure; return 1 if a bar is open or a flow failed, unless it was a quick look."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure ours beside others.")
    parser.add_argument("scenarios", nargs="*", metavar="P1", help="only these; all of them if none is named")
    parser.add_argument("--quick", action="store_true", help="one short round: a look, not a measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each stretch")
    parser.add_argument("--profile", metavar="P1", choices=_NAMES, help="write a flame graph of ours instead")
    given = parser.parse_args()
    only = [name for name in _NAMES if any(name.startswith(wanted) for wanted in given.scenarios)]
    if given.scenarios and not only:
        parser.error(f"there are {', '.join(_NAMES)}")
    rounds, seconds = (1, 0.5) if given.quick else (given.rounds, given.seconds)
    with tempfile.TemporaryDirectory(prefix="hpid-bench-") as folder:
        if given.profile:
            return flame_graph(Path(folder), given.profile)
        with contest(Path(folder), CONNECTIONS, both=not given.quick) as contestants:
            lines = asyncio.run(measure(contestants, rounds=rounds, seconds=seconds, only=only))
            more, bars = _at_rest(contestants)
            if not given.quick:
                bars += asyncio.run(_latencies(contestants, lines, seconds))
                bars += asyncio.run(_logins(contestants, lines, seconds))
    found = results(lines)
    bars = [*bars_of(lines, found), *bars]
    how = (
        f"{rounds} rounds of {seconds:g} s each, in turn."
        if rounds > 1
        else f"One round of {seconds:g} s: a look."
    )
    write(lines, found, bars, more, how)
    for bar in bars:
        verdict, sign = ("met " if bar.is_met else "OPEN"), ("≥" if bar.is_least else "≤")
        print(f"{verdict}  {bar.found:8.2f}  {sign} {bar.bar:<6g} {bar.name}")
    print(f"{FOLDER / 'latest.md'}")
    failed = any(line.errors for entries in lines.values() for line in entries.values())
    return 1 if failed or (not given.quick and not all(bar.is_met for bar in bars)) else 0


def _at_rest(contestants: Mapping[str, Contestant]) -> tuple[dict[str, Any], list[Bar]]:
    more: dict[str, Any] = {
        name: {"rest_mib": round(one.server.rest_mib), "start_cpu_s": round(one.server.start_cpu, 2)}
        for name, one in contestants.items()
    }
    bars = []
    for name in ("ours_sqlite", "ours_postgresql"):
        server = contestants[name].server
        bars += [
            Bar(name=f"{name}: MiB at rest", found=server.rest_mib, bar=150),
            Bar(name=f"{name}: seconds of CPU to the first answer", found=server.start_cpu, bar=3.0),
        ]
    return more, bars


async def _latencies(
    contestants: Mapping[str, Contestant], lines: Mapping[str, Mapping[str, Line]], seconds: float
) -> list[Bar]:
    bars = []
    for scenario in SCENARIOS:
        if scenario.name not in _UNDER_LOAD or scenario.name not in lines:
            continue
        for name in ("ours_sqlite", "ours_postgresql"):
            capacity = lines[scenario.name][name].per_s
            measured = await at_seventy_percent(contestants[name], scenario, capacity, seconds)
            ratio = measured.percentile(99) / max(measured.percentile(50), 0.01)
            bars.append(Bar(name=f"{scenario.name} {name} at 70 %: p99 ÷ p50", found=ratio, bar=10))
    return bars


async def _logins(
    contestants: Mapping[str, Contestant], lines: Mapping[str, Mapping[str, Line]], seconds: float
) -> list[Bar]:
    if "P6" not in lines:
        return []
    hash_cpu, bars = await hash_cpu_seconds(), list[Bar]()
    for name in ("ours_sqlite", "ours_postgresql"):
        most = len(cores()[0]) / hash_cpu
        _, tokens = await tokens_beside_logins(contestants[name], seconds)
        bars += [
            Bar(
                name=f"P6 {name}: rate ÷ (core ÷ CPU of a hash, {hash_cpu * 1e3:.1f} ms)",
                found=lines["P6"][name].per_s / most,
                bar=0.75,
                is_least=True,
            ),
            Bar(name=f"P6 {name}: p99 of /token beside it, ms", found=tokens.percentile(99), bar=50),
        ]
    return bars


if __name__ == "__main__":
    sys.exit(main())
