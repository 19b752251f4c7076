"""Structured logs: one event, one JSON line; control characters escaped, fields at most 1 KiB (SECURITY G07).

Secrets, codes, tokens and personal numbers are never handed to a logger; nothing here tries to find them afterwards.
"""

import json
import logging
import sys
from datetime import UTC, datetime

_LONGEST = 1024
_OWN_FIELDS = "hpid"


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
        return json.dumps(line, ensure_ascii=True, default=str)


def configure(level: str) -> None:
    """Send every log line of this process to stdout as JSON."""
    output = logging.StreamHandler(sys.stdout)
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
