"""Runs the heavy properties one by one; proof/report.json keeps what is proved, so it can be resumed.

A report belongs to one commit: it names it, another commit starts anew, and a tree with changes is refused.
"""

import argparse
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests import proof
from tests.proof._machine import machine
from tests.proof._seed import SEED, USED

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "proof" / "report.json"
_LIMIT_SECONDS = 600
_LAST_SECONDS = 5
"""What an item has to stop its servers in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What became of one heavy property."""

    result: str
    seeds: list[int]
    """What it drew at random with; none if it draws nothing."""
    seconds: int
    finished_at: str


def items() -> list[str]:
    """Return the names of every item."""
    return [module.name for module in pkgutil.iter_modules(proof.__path__) if not module.name.startswith("_")]


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for, or all that this commit has not yet passed; return 1 if one of those did not pass."""
    asked = _parser().parse_args(arguments)
    unknown = set(asked.names) - set(items())
    if unknown:
        return _refuse(f"No such item: {', '.join(sorted(unknown))}. Items: {', '.join(items()) or 'none'}")
    commit, changed = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    if changed:
        return _refuse("The tree has changes; a report names a commit, so commit first")
    report = _load(commit)
    for name in asked.names or [name for name in items() if not _has_passed(report, name)]:
        report[name] = asdict(_prove(name, asked.seed))
        _save(commit, report)
    wanting = [name for name in items() if not _has_passed(report, name)]
    passed = len(items()) - len(wanting)
    print(f"{passed} of {len(items())} items passed at {commit[:12]}; {REPORT.relative_to(ROOT)}")
    return not set(wanting).isdisjoint(asked.names or wanting)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/proof")
    parser.add_argument("names", nargs="*", metavar="name", help="items; all that this commit has not passed")
    parser.add_argument("--seed", type=int, help="repeat a run: what items draw with that draw at random")
    return parser


def _prove(name: str, seed: int | None) -> Item:
    print(f"{name} ...", flush=True)
    began = time.monotonic()
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as used:
        environment = {**os.environ, USED: used.name, **({} if seed is None else {SEED: str(seed)})}
        result = _run([sys.executable, "-m", f"tests.proof.{name}"], environment)
        drawn = [int(line) for line in used]
    seconds = round(time.monotonic() - began)
    print(f"{name}: {result} in {seconds} s", flush=True)
    finished_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Item(result=result, seeds=drawn, seconds=seconds, finished_at=finished_at)


def _run(command: list[str], environment: dict[str, str]) -> str:
    """Run an item in a group of its own; whatever it began and left ends with it."""
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as item:
        try:
            return "failed" if item.wait(_LIMIT_SECONDS) else "passed"
        except subprocess.TimeoutExpired:
            os.killpg(item.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                item.wait(_LAST_SECONDS)
            return "over ten minutes"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(item.pid, signal.SIGKILL)


def _has_passed(report: dict[str, dict[str, object]], name: str) -> bool:
    return report.get(name, {}).get("result") == "passed"


def _load(commit: str) -> dict[str, dict[str, object]]:
    if not REPORT.exists():
        return {}
    kept = json.loads(REPORT.read_text(encoding="utf-8"))
    found: dict[str, dict[str, object]] = kept["items"] if kept["commit"] == commit else {}
    return found


def _save(commit: str, report: dict[str, dict[str, object]]) -> None:
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    unfinished = REPORT.with_suffix(".new")
    kept = {"commit": commit, "machine": machine(), "items": report}
    unfinished.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(REPORT)


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
