"""One JSON line per event on standard error: no query, no token, no form value ever comes here."""

import json
import logging
import sys
from datetime import UTC, datetime

_LOG = logging.getLogger("demo.apps")


class JsonLines(logging.Formatter):
    """Write a record and its `fields` as one line of JSON."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "service": self._service, "event": record.getMessage()}
        return json.dumps(line | getattr(record, "fields", {}), ensure_ascii=False)


def start_log(service: str) -> None:
    """Send this process's lines to standard error."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(JsonLines(service))
    _LOG.handlers = [lines]
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False


def log(event: str, **fields: object) -> None:
    """Write one line."""
    _LOG.info(event, extra={"fields": fields})
