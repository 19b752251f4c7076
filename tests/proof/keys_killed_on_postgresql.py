"""R11 on PostgreSQL: what changes signing keys, killed -9 at each of its steps in turn; the server stays up."""

import sys

from tests.faults.keys_killed import rotate_and_erase
from tests.proof._postgresql import postgresql
from tests.proof.keys_killed import prove
from tests.server import fresh_postgresql


def main() -> int:
    """Prove it on a database of its own."""
    with postgresql() as server:
        return prove(lambda: fresh_postgresql(server), rotate_and_erase)


if __name__ == "__main__":
    sys.exit(main())
