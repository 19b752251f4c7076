"""Structured logs: one event, one JSON line; control characters escaped, fields at most 1 KiB (SECURITY G07).

Secrets, codes, tokens and personal numbers are never handed to a logger; nothing here tries to find them afterwards.
"""

import asyncio
import json
import logging
import sys
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from idp.log_stream import LogStream

_LONGEST = 1024
_MOMENT = 0.02
"""Seconds a line may wait for others: to write each by itself takes longer than to make it."""
_STDOUT, _STDERR = 1, 2
_LAST_SECONDS = 1.0
"""For the last lines of a process, where nobody takes them."""
_OWN_FIELDS = "hpid"
_encode = json.JSONEncoder(ensure_ascii=True, default=str).encode


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        if isinstance(record, _RequestRecord):
            return record.line()
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


class _RequestRecord(logging.LogRecord):
    """The one event that every request logs: a record and a line made by hand, 5 µs where the general way takes 35."""

    def __init__(self, at: float, about: dict[str, Any]) -> None:
        # what any other handler may ask for is there; the library's own constructor takes as long as all the rest
        self.__dict__ = {**_REQUEST, "created": at, "msecs": at % 1 * 1000, _OWN_FIELDS: about}

    def line(self) -> str:
        """Return what JsonLines would."""
        return _request_line(self.created, **self.__dict__[_OWN_FIELDS])


_root, _access, _own = logging.getLogger(), logging.getLogger("hpid.access"), logging.getLogger("hpid.log")
_REQUEST = logging.LogRecord(_access.name, logging.INFO, "", 0, "request", None, None).__dict__
_second = (0, "")


def _request_line(at: float, txn: str, method: str, path: str, status: int, ms: float, peer: str) -> str:
    return (
        f'{{"at": "{_moment(at)}", "level": "INFO", "logger": "hpid.access", "event": "request"'
        f', "txn": "{txn}", "method": {quoted(method[:_LONGEST])}, "path": {quoted(path[:_LONGEST])}'
        f', "status": {status}, "ms": {ms}, "peer": "{peer}"}}'
    )


def _moment(at: float) -> str:
    """Return a moment to the millisecond; all but that is the same for a second."""
    global _second  # noqa: PLW0603 - one value, of which the last is as good as any
    whole = int(at)
    second, text = _second
    if whole != second:
        text = datetime.fromtimestamp(whole, UTC).isoformat()[:-6]
        _second = (whole, text)
    return f"{text}.{int((at - whole) * 1000):03d}+00:00"


def log_request(
    *, at: float, txn: str, method: str, path: str, status: int, seconds: float, peer: str
) -> None:
    """Log one request: its way through the loggers is that of all events, unless nobody but our output would hear it."""
    if not _access.isEnabledFor(logging.INFO):
        return
    ms, output = round(seconds * 1000, 1), _only_output()
    if output is not None:
        output.say((at, txn, method, path, status, ms, peer))
        return
    about = {"txn": txn, "method": method, "path": path, "status": status}
    _access.handle(_RequestRecord(at, {**about, "ms": ms, "peer": peer}))


_Request = tuple[float, str, str, str, int, float, str]
"""What `_request_line` takes."""


class _Output(logging.StreamHandler[LogStream]):
    """Writes what a moment has to say at once; what is wrong is written before all else goes on."""

    def __init__(self, stream: LogStream) -> None:
        super().__init__(stream)
        self._out = stream
        self._due_in: asyncio.AbstractEventLoop | None = None
        """The loop that will write; one that ended before it did is followed by another."""
        self._requests: deque[_Request] = deque()
        """Whose lines are made together: one after the other they take a quarter of the time."""
        self._is_lost = False
        """Lines are lost, and that was said."""

    def say(self, request: _Request) -> None:
        """Take one request."""
        self._requests.append(request)
        self.flush()

    def emit(self, record: logging.LogRecord) -> None:
        """Take one event; what was taken before it is written before it."""
        self._write_requests()
        super().emit(record)
        if record.levelno >= logging.WARNING:
            self._flush_now()

    def flush(self) -> None:
        """Flush in a moment, or now where no loop turns."""
        loop = _running_loop()
        if loop is None:
            self._flush_now()
        elif self._due_in is not loop:
            self._due_in = loop
            loop.call_later(_MOMENT, self._flush_now)

    def _flush_now(self) -> None:
        self._due_in = None
        self._write_requests()
        try:
            super().flush()
        except (OSError, ValueError):
            self.handleError(_RequestRecord(0.0, {}))
        else:
            self._is_lost = False
            if self._out.is_held_up and _running_loop() is not None:
                self.flush()  # in a moment, once more
            elif lost := self._out.take_lost():
                _own.warning("lines were lost, since nobody took them", extra=fields(lines=lost))

    def close(self) -> None:
        """Write what still waits, as far as somebody takes it."""
        with suppress(OSError):
            self._out.end(_LAST_SECONDS)
        super().close()

    def _write_requests(self) -> None:
        lines = []
        with suppress(IndexError):  # another thread logs too, and may take the last ones
            while self._requests:
                lines.append(_request_line(*self._requests.popleft()))
        if not lines:
            return
        try:
            self.stream.write("\n".join(lines) + "\n")
        except (OSError, ValueError):
            self.handleError(_RequestRecord(0.0, {}))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say that lines are lost, once and where it may be seen: for a full disk or a closed pipe nothing else stops."""
        lost = sys.exc_info()[1]
        if not isinstance(lost, OSError):
            super().handleError(record)
        elif not self._is_lost:
            self._is_lost = True
            with suppress(OSError):
                sys.stderr.write(f"hpid: the log can't be written, and lines are lost: {lost.strerror}\n")


def _only_output() -> _Output | None:
    """Return our output if it is all that a request is told to."""
    if _access.handlers or _access.filters or _access.parent is not _root or len(_root.handlers) != 1:
        return None
    (output,) = _root.handlers
    return output if isinstance(output, _Output) else None


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def configure(level: str) -> None:
    """Send every log line of this process to stdout as JSON."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - as the library's page on optimisation says
    output = _Output(LogStream(_STDERR if sys.stdout is None else _STDOUT))
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
