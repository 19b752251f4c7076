"""The fault harness, three seeds: two nodes on one PostgreSQL, journeys, all faults drawn at random; I1 to I10 hold."""

import sys
import tempfile
import time
from pathlib import Path

from tests.faults.own_server import own_server
from tests.faults.storm import Plan, storm
from tests.proof._seed import seeds


def main() -> int:
    """Storm with each seed, and print what it came to."""
    problems: list[str] = []
    with own_server() as server:
        for seed in seeds(3):
            began = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                outcome, _ = storm(server, Path(folder), seed, Plan())
            print(f"{outcome}\n  {time.monotonic() - began:.0f} s", flush=True)
            problems += outcome.problems
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
