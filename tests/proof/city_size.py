"""Half a million people on SQLite: in within five minutes and 200 MiB, each search within 20 ms (PERFORMANCE P9, P10)."""

import sys
from pathlib import Path

from tests.proof._city import folder, prove


def main() -> int:
    """Prove it in a folder of its own."""
    with folder() as state:
        return prove(Path(state), f"sqlite:///{state}/hpid.sqlite3")


if __name__ == "__main__":
    sys.exit(main())
