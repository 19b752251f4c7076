"""The log's way out: it writes what is taken, and never waits for who does not take it.

A pipe whose reader has stopped (a shipper that hangs, journald on a slow disk, a terminal held by Ctrl-S) takes some
64 KiB and then holds whoever writes to it: the node's one loop, and with it every request. So nothing is written before
the system says that there is room. What finds none waits, up to 1 MiB; then whole lines are lost, and counted.
Used by idp/log.py.
"""

import os
import select
import stat
import time
from collections import deque
from threading import Lock

_AT_ONCE = select.PIPE_BUF
"""Bytes that a pipe, a socket or a terminal takes without holding who writes, where it says that it takes any."""
_OF_A_FILE = 65536
_MOST_WAITING = 1 << 20
_PAUSE = 0.02


class LogStream:
    """What a handler of the library writes to; threads may share it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._room = select.poll()
        self._room.register(handle, select.POLLOUT)
        self._at_once = _OF_A_FILE if stat.S_ISREG(os.fstat(handle).st_mode) else _AT_ONCE
        self._lines: deque[bytes] = deque()
        self._waiting = self._lost = 0
        """Bytes that wait, and lines that were lost and not yet told of."""
        self._one_at_a_time = Lock()

    @property
    def is_held_up(self) -> bool:
        """Tell whether something waits for who reads."""
        return self._waiting > 0

    def write(self, text: str) -> None:
        """Take whole lines."""
        lines = text.encode().splitlines(keepends=True)
        with self._one_at_a_time:
            for line in lines:
                if self._waiting + len(line) > _MOST_WAITING:
                    self._lost += 1
                else:
                    self._lines.append(line)
                    self._waiting += len(line)

    def flush(self) -> None:
        """Write as much as there is room for.

        Raises:
            OSError: it can't be written, and is lost: a disk is full, a pipe closed.
        """
        with self._one_at_a_time:
            while self._waiting and self._has_room():
                self._write_some()

    def take_lost(self) -> int:
        """Return how many lines were lost since the last time, once what was kept is written."""
        if self._waiting:
            return 0
        lost, self._lost = self._lost, 0
        return lost

    def end(self, seconds: float) -> None:
        """Wait for who reads, no longer than this."""
        until = time.monotonic() + seconds
        self.flush()
        while self.is_held_up and time.monotonic() < until:
            time.sleep(_PAUSE)
            self.flush()

    def _has_room(self) -> bool:
        return bool(self._room.poll(0))

    def _write_some(self) -> None:
        """Write whole lines, so that those of two processes do not mix, unless one alone is too long."""
        some = bytearray(self._lines.popleft())
        while self._lines and len(some) + len(self._lines[0]) <= self._at_once:
            some += self._lines.popleft()
        try:
            written = os.write(self._handle, memoryview(some)[: self._at_once])
        except OSError:
            self._lines.clear()
            self._waiting = 0
            raise
        self._waiting -= written
        if written < len(some):
            self._lines.appendleft(bytes(some[written:]))
