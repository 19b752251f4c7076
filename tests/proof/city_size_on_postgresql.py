"""Half a million people on PostgreSQL: in within five minutes and 200 MiB, each search within 20 ms (P9, P10)."""

import sys
from pathlib import Path

from tests.proof._city import folder, prove
from tests.proof._postgresql import postgresql
from tests.server import fresh_postgresql


def main() -> int:
    """Prove it on a database of its own."""
    with folder() as state, postgresql() as server, fresh_postgresql(server) as url:
        return prove(Path(state), url)


if __name__ == "__main__":
    sys.exit(main())
