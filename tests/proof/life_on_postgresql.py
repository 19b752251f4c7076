"""The same life on PostgreSQL: 5,000 sequences of up to 30 steps (see life.py)."""

import sys
from contextlib import ExitStack

from tests.proof._postgresql import postgresql
from tests.proof.life import PARTS, prove
from tests.server import fresh_postgresql


def main() -> int:
    """Prove it on databases of its own."""
    with ExitStack() as stack:
        server = stack.enter_context(postgresql())
        return prove([stack.enter_context(fresh_postgresql(server)) for _ in range(PARTS)])


if __name__ == "__main__":
    sys.exit(main())
