"""``python -m federation.national_mock``: settings from ``NATIONAL_…`` variables or options."""

import argparse
import sys
from collections.abc import Sequence

from federation.national_mock.serve import run
from federation.national_mock.settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Read options, then serve."""
    parser = argparse.ArgumentParser(
        prog="national-mock", description="The simulated national identity system."
    )
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--issuer")
    parser.add_argument("--database")
    parser.add_argument("--keys-dir")
    parser.add_argument("--accounts-path")
    parser.add_argument("--registers-path")
    parser.add_argument("--clients-path")
    parser.add_argument("--show-personas", action="store_true", default=None)
    parser.add_argument("--faults", action="store_true", default=None)
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    return run(Settings(**given))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
