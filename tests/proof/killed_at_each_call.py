"""R01, R02, R10 on SQLite: killed at every database call of code exchange, refresh and consent, one after the other."""

import sys
import tempfile
from pathlib import Path

from tests.faults.each_call import kill_at_each_call

_FEWEST = 6
"""Calls that each of them takes at least: fewer, and the launcher has not seen them."""


def prove(database_url: str | None) -> int:
    """Sweep, and print how many kills there were."""
    with tempfile.TemporaryDirectory() as folder:
        kills, problems = kill_at_each_call(Path(folder), database_url)
    print(f"kills: {kills}\nproblems: {problems or 'none'}")
    return bool(problems) or any(number < _FEWEST for number in kills.values())


def main() -> int:
    """Prove it on a SQLite file; a violated promise is an AssertionError."""
    return prove(None)


if __name__ == "__main__":
    sys.exit(main())
