"""Show 8 on PostgreSQL: a node killed -9 at 22 random moments of real journeys; the server stays up."""

import sys

from tests.proof._postgresql import postgresql
from tests.proof.killed import prove
from tests.server import fresh_postgresql


def main() -> int:
    """Prove it on a database of its own."""
    with postgresql() as server, fresh_postgresql(server) as url:
        return prove(url)


if __name__ == "__main__":
    sys.exit(main())
