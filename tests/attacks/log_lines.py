"""The log of a test, written by the real configuration: every line as it would reach the operator's disk."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from idp.log import configure

SECRET_SHAPES = re.compile(
    r"hp_[a-z]+_[0-9a-f]{2}[A-Za-z0-9_-]{43}"  # our handles: codes, refresh tokens, cookies, secrets, links
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"  # any JWT
)
_BEGINNINGS = ("hp_", "eyJ")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def shapes_in(text: str) -> list[str]:
    """Return all of it that has the shape of a secret; to look for how they begin takes a hundredth of the time."""
    return SECRET_SHAPES.findall(text) if any(beginning in text for beginning in _BEGINNINGS) else []


@dataclass
class LogLines:
    """What was logged so far."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def parsed(self) -> list[dict[str, Any]]:
        """Every line as the JSON object it must be."""
        return [json.loads(line) for line in self.text.splitlines()]

    def assert_clean(self, secrets: frozenset[str], *, since: int = 0) -> None:
        """One event, one line of ASCII JSON, fields bounded, and nothing in it that opens anything."""
        text = self.text[since:]
        assert text == "" or text.endswith("\n")
        assert text.isascii()
        assert _CONTROL.search(text) is None
        assert (shape := SECRET_SHAPES.search(text)) is None, shape
        for line in map(json.loads, text.splitlines()):
            assert {"at", "level", "logger", "event"} <= line.keys()
            for name, value in line.items():
                assert name == "trace" or len(str(value)) <= 1024, name
        found = [secret for secret in secrets if secret in text or json.dumps(secret)[1:-1] in text]
        assert not found, f"in the log: {found}"


@contextmanager
def captured_log() -> Iterator[LogLines]:
    """Configure logging as `hpid serve` does, into memory."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    lines = LogLines()
    configure("INFO")
    ours = root.handlers[0]
    assert isinstance(ours, logging.StreamHandler)
    ours.setStream(lines.stream)
    try:
        yield lines
    finally:
        root.handlers[:] = [one for one in root.handlers if one is not ours] or handlers
        root.setLevel(level)
