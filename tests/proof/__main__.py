"""Runs the heavy properties one by one; var/proof/report.json keeps what is proved, so it can be resumed.

A report belongs to one commit: it names it, another commit starts anew, and a tree with changes is refused.
"""

import json
import pkgutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests import proof

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "var" / "proof" / "report.json"
_LIMIT_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What became of one heavy property."""

    state: str
    seconds: int
    finished_at: str


def items() -> list[str]:
    """Return the names of every item."""
    return [module.name for module in pkgutil.iter_modules(proof.__path__) if not module.name.startswith("_")]


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for, or all that this commit has not yet passed; return 1 if one of those did not pass."""
    unknown = set(arguments) - set(items())
    if unknown:
        return _refuse(f"No such item: {', '.join(sorted(unknown))}. Items: {', '.join(items()) or 'none'}")
    commit, changed = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    if changed:
        return _refuse("The tree has changes; a report names a commit, so commit first")
    report = _load(commit)
    for name in arguments or [name for name in items() if report.get(name, {}).get("state") != "passed"]:
        report[name] = asdict(_prove(name))
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        unfinished = REPORT.with_suffix(".new")
        unfinished.write_text(
            json.dumps({"commit": commit, "items": report}, indent=2) + "\n", encoding="utf-8"
        )
        unfinished.replace(REPORT)
    wanting = [name for name in items() if report.get(name, {}).get("state") != "passed"]
    passed = len(items()) - len(wanting)
    print(f"{passed} of {len(items())} items passed at {commit[:12]}; {REPORT.relative_to(ROOT)}")
    return not set(wanting).isdisjoint(arguments or wanting)


def _prove(name: str) -> Item:
    print(f"{name} ...", flush=True)
    began = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.proof.{name}"], cwd=ROOT, timeout=_LIMIT_SECONDS, check=False
        )
        state = "failed" if done.returncode else "passed"
    except subprocess.TimeoutExpired:
        state = "over ten minutes"
    seconds = round(time.monotonic() - began)
    print(f"{name}: {state} in {seconds} s", flush=True)
    return Item(state=state, seconds=seconds, finished_at=datetime.now(UTC).isoformat(timespec="seconds"))


def _load(commit: str) -> dict[str, dict[str, object]]:
    if not REPORT.exists():
        return {}
    kept = json.loads(REPORT.read_text(encoding="utf-8"))
    found: dict[str, dict[str, object]] = kept["items"] if kept["commit"] == commit else {}
    return found


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
