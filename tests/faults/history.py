"""What outsiders were told, kept as a Jepsen history is: one line per answer that arrived, on disk before going on."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any


class History:
    """An append-only file; a line is there before the next request is sent."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.length = 0
        self._enough = (0, asyncio.Event())

    def say(self, what: str, **facts: str | int) -> None:
        """Write down what was acknowledged."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"what": what, **facts}) + "\n")
            file.flush()
            os.fdatasync(file.fileno())
        self.length += 1
        mark, reached = self._enough
        if self.length >= mark:
            reached.set()

    def after(self, answers: int) -> asyncio.Event:
        """Return what is set once so many more lines are there."""
        self._enough = (self.length + answers, asyncio.Event())
        return self._enough[1]

    def everything(self) -> list[dict[str, Any]]:
        """Return all that was acknowledged, as the file has it."""
        return [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]

    def told(self, what: str) -> list[dict[str, Any]]:
        """Return what was acknowledged of one kind."""
        return [told for told in self.everything() if told["what"] == what]
