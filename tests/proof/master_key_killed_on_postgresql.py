"""R11 on PostgreSQL: a new master key, killed -9 at each step of the way in turn; the server stays up."""

import sys

from tests.faults.keys_killed import change_the_master_key
from tests.proof._postgresql import postgresql
from tests.proof.keys_killed import prove
from tests.server import fresh_postgresql


def main() -> int:
    """Prove it on a database of its own."""
    with postgresql() as server:
        return prove(lambda: fresh_postgresql(server), change_the_master_key)


if __name__ == "__main__":
    sys.exit(main())
