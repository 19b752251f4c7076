"""R01, R02, R10 on PostgreSQL: killed at every database call of code exchange, refresh and consent."""

import sys

from tests.proof._postgresql import postgresql
from tests.proof.killed_at_each_call import prove
from tests.server import fresh_postgresql


def main() -> int:
    """Prove it on a database of its own."""
    with postgresql() as server, fresh_postgresql(server) as url:
        return prove(url)


if __name__ == "__main__":
    sys.exit(main())
