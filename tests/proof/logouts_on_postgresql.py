"""R24 on PostgreSQL: the same twenty relying parties, three hundred sign-outs in the queue, three kills."""

import sys

from tests.proof._postgresql import postgresql
from tests.proof.logouts import prove
from tests.server import fresh_postgresql


def main() -> int:
    """Prove it on a database of its own."""
    with postgresql() as server, fresh_postgresql(server) as url:
        return prove(url, sign_outs=300, kills=3)


if __name__ == "__main__":
    sys.exit(main())
