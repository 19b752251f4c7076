"""Structured logs: one event, one JSON line; control characters escaped, fields at most 1 KiB (SECURITY G07).

Secrets, codes, tokens and personal numbers are never handed to a logger; nothing here tries to find them afterwards.
"""

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

_LONGEST = 1024
_OWN_FIELDS = "hpid"
_encode = json.JSONEncoder(ensure_ascii=True, default=str).encode


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage()[:_LONGEST],
        }
        fields: dict[str, object] = getattr(record, _OWN_FIELDS, {})
        line.update({name: _short(value) for name, value in fields.items()})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)[-4 * _LONGEST :]
        return _encode(line)


class _Output(logging.StreamHandler[TextIO]):
    """Writes what one turn of the event loop has to say at once; what is wrong is written before all else goes on."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._is_due = False

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        super().emit(record)
        if record.levelno >= logging.WARNING:
            self._flush_now()

    def flush(self) -> None:
        """Flush at the end of this turn, or now where no loop turns."""
        loop = _running_loop()
        if loop is None:
            self._flush_now()
        elif not self._is_due:
            self._is_due = True
            loop.call_soon(self._flush_now)

    def _flush_now(self) -> None:
        self._is_due = False
        super().flush()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def configure(level: str) -> None:
    """Send every log line of this process to stdout as JSON."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - as the library's page on optimisation says
    output = _Output(sys.stdout)
    output.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "asyncio", "alembic", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def fields(**values: object) -> dict[str, dict[str, object]]:
    """Return `extra=` for a log call."""
    return {_OWN_FIELDS: values}


def _short(value: object) -> object:
    return value[:_LONGEST] if isinstance(value, str) else value
