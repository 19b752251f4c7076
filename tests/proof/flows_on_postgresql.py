"""The same flows on PostgreSQL: 5,000 steps, and no holes, which are no database's (see flows.py)."""

import os
import sys

from tests.proof._postgresql import postgresql
from tests.proof.flows import prove

STEPS = int(os.environ.get("FLOW_STEPS", "5000"))


def main() -> int:
    """Prove it on databases of its own."""
    with postgresql() as server:
        return prove(server, steps=STEPS, holes=())


if __name__ == "__main__":
    sys.exit(main())
