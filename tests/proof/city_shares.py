"""Every share of DOMAIN §5 in a city of half a million people, beside those that the facts say."""

import sys
import time

from demo.city import stream
from tests.demo.shares import SHARES, Tally, problems


def main() -> int:
    """Count it and compare."""
    began = time.process_time()
    tally = Tally().see(stream("load"))
    told = problems(tally)
    print(
        f"{tally.counts['people']:,} people, {len(SHARES)} shares, {time.process_time() - began:.0f} s of CPU"
    )
    for line in told:
        print(line)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
