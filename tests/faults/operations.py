"""A history as Jepsen keeps it: each operation is invoked and ends ok, failed, or unknown; each line is on disk at once.

A time-out is unknown, not a failure. Moments are seconds of this machine's monotonic clock.
"""

import json
import os
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any


@dataclass(kw_only=True)
class Operation:
    """One thing that somebody tried."""

    number: int
    kind: str
    facts: dict[str, Any] = field(repr=False)
    invoked_at: float
    ended_at: float = float("inf")
    outcome: str = "unknown"


class Operations:
    """The history, in memory for those who go on and in a file for whoever looks afterwards."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._numbers = count()
        self.all: list[Operation] = []
        self.wrong: list[str] = []
        """What was wrong with an answer whatever was asked."""

    def invoke(self, kind: str, **facts: Any) -> Operation:
        """Write down what is tried, before it is."""
        one = Operation(number=next(self._numbers), kind=kind, facts=facts, invoked_at=time.monotonic())
        self.all.append(one)
        self._write(one, "invoke", one.invoked_at)
        return one

    def end(self, one: Operation, outcome: str, **facts: Any) -> None:
        """Write down how it ended: ok, fail or unknown."""
        one.outcome, one.ended_at = outcome, time.monotonic()
        one.facts |= facts
        self._write(one, outcome, one.ended_at)

    def ok(self, *kinds: str) -> list[Operation]:
        """Return what was acknowledged, of these kinds."""
        return [one for one in self.all if one.outcome == "ok" and one.kind in kinds]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, one: Operation, event: str, at: float) -> None:
        line = {"number": one.number, "kind": one.kind, "event": event, "at": at, **one.facts}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())
