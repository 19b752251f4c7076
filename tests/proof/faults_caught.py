"""Nine deliberate bugs, one after the other in both nodes: the fault harness must report each by its invariant.

The bugs are put in by a launcher of the tests (tests/faults/buggy_node.py); nothing in the product knows of them.
"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.faults.launched import Launched
from tests.faults.own_server import OwnServer, own_server
from tests.faults.storm import Plan, storm
from tests.proof._seed import seeds

EXPECTED = {
    "select-then-update": ("I1", ("cut a way",)),
    "audit-after-commit": ("I5", ("kill a node",)),
    "revocation-cached": ("I3", ("cut a way",)),
    "reuse-forgiven": ("I2", ("cut a way",)),
    "retired-key-dropped": ("I6", ("rotate keys",)),
    "limiter-fails-open": ("I8", ("kill the database",)),
    "consent-after-code": ("R10", ("kill a node",)),
    "answered-before-commit": ("I4", ("kill a node",)),
    "answers-shared": ("I7", ("cut a way",)),
}
"""Which invariant each must break, and which faults bring it to light."""
_SECONDS = 15.0


def catch(server: OwnServer, bug: str, seed: int) -> bool:
    """Run the harness on a bug; tell whether the checker reported it as what it is."""
    expected, faults = EXPECTED[bug]
    began = time.monotonic()
    plan = Plan(seconds=_SECONDS, people=40, faults=faults, used_in_the_end=4)
    make_node = partial(Launched, "tests.faults.buggy_node", (bug,))
    with tempfile.TemporaryDirectory() as folder:
        outcome, _ = storm(server, Path(folder), seed, plan, make_node)
    is_caught = any(problem.startswith(f"{expected}:") for problem in outcome.problems)
    verdict = "caught" if is_caught else "MISSED"
    print(f"{bug}: {verdict} as {expected} in {time.monotonic() - began:.0f} s", flush=True)
    for problem in outcome.problems[:6]:
        print(f"  {problem[:160]}", flush=True)
    return is_caught


def main() -> int:
    """Put in one bug after the other."""
    with own_server() as server:
        (seed,) = seeds()
        missed = [bug for bug in EXPECTED if not catch(server, bug, seed)]
    print(f"missed: {missed or 'none'}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
