"""The same life on PostgreSQL: 5,000 sequences of up to 30 steps (see life.py)."""

import sys

from tests.proof._postgresql import postgresql
from tests.proof.life import prove
from tests.server import fresh_postgresql


def main() -> int:
    """Prove it on a database of its own."""
    with postgresql() as server, fresh_postgresql(server) as url:
        return prove(url)


if __name__ == "__main__":
    sys.exit(main())
