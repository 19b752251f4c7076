"""Starts `hpid` with a clock that is off: the seconds first, then the words of `hpid`. The product knows nothing of it.

Durations stay true; the present moment is off wherever the product asks for it.
"""

import sys
from datetime import datetime, timedelta

from idp.cli import main
from idp.clock import Clock


def skew(by: timedelta) -> None:
    """Put every clock of this process off."""
    really_now, really_wall = Clock.now, Clock.wall_seconds

    def now(self: Clock) -> datetime:
        return really_now(self) + by

    def wall_seconds() -> float:
        return really_wall() + by.total_seconds()

    for name, function in (("now", now), ("wall_seconds", staticmethod(wall_seconds))):
        setattr(Clock, name, function)


if __name__ == "__main__":
    skew(timedelta(seconds=int(sys.argv[1])))
    sys.argv = ["hpid", *sys.argv[2:]]
    main()
