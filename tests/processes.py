"""Starting `hpid`: as a process of its own, or, in a test run, as a fork of one that has imported everything."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Protocol

ROOT = Path(__file__).resolve().parents[1]
_SCRIPT = Path(sys.executable).parent / "hpid"
_AS_HPID = "import sys; sys.argv[0] = 'hpid'; from idp.cli import main; main()"
HPID: tuple[str, ...] = (str(_SCRIPT),) if _SCRIPT.exists() else (sys.executable, "-c", _AS_HPID)


class Process(Protocol):
    """What the tests use of subprocess.Popen."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int, /) -> None: ...

    def kill(self) -> None: ...


class Forked:
    """A command that the fork server runs."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._said, handles, _, _ = socket.recv_fds(connection, 64, 1)
        (self._pidfd,) = (
            handles  # the server's own: a command may have ended, and been reaped, before this line
        )
        self.pid = int(self._line(None) or 0)
        self._status: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status.

        Raises:
            subprocess.TimeoutExpired: it still runs after so many seconds.
        """
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("hpid", timeout or 0.0)
        return status

    def send_signal(self, sig: int, /) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended just now, and its status is on the way
                signal.pidfd_send_signal(self._pidfd, sig)

    def kill(self) -> None:
        """Kill it, unless it has ended, and see it end."""
        self.send_signal(signal.SIGKILL)
        self.wait()

    def _look(self, timeout: float | None) -> int | None:
        if self._status is None:
            line = self._line(timeout)
            if line is not None:
                self._status = int(line)
                self._connection.close()
                os.close(self._pidfd)
        return self._status

    def _line(self, timeout: float | None) -> bytes | None:
        """Return the server's next line, or None when none came in so many seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while b"\n" not in self._said:
            left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
            self._connection.settimeout(left)
            try:
                more = self._connection.recv(64)
            except (TimeoutError, BlockingIOError):
                return None
            assert more, "the fork server has ended"
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        return line


def start(
    words: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    stdout: IO[bytes],
    stderr: IO[bytes],
    forked: bool = True,
) -> Process:
    """Start a command in a folder, without a standard input; proofs, which pytest does not run, never fork."""
    if not forked or "PYTEST_VERSION" not in os.environ:
        return subprocess.Popen(
            (*HPID, *words),
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
    return Forked(ask_for_a_fork(words, environment=environment, folder=folder, stdout=stdout, stderr=stderr))


def ask_for_a_fork(
    words: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> socket.socket:
    """Return the connection on which the fork server will tell of this command."""
    request = {"words": list(words), "environment": dict(environment), "folder": str(folder)}
    body = json.dumps(request).encode()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(_server())
    with Path(os.devnull).open("rb") as nothing:
        streams = [nothing.fileno(), stdout.fileno(), stderr.fileno()]
        socket.send_fds(connection, [len(body).to_bytes(8)], streams)
    connection.sendall(body)
    return connection


@cache
def _server() -> str:
    """Start the fork server of this process, once; it ends with it. Return where it listens."""
    folder = tempfile.TemporaryDirectory(prefix="hpid-forks-")
    atexit.register(folder.cleanup)
    address = str(Path(folder.name) / "socket")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    server = subprocess.Popen(
        (sys.executable, str(ROOT / "tests" / "fork_server.py"), str(listener.fileno())),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "COLUMNS": "200"},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        pass_fds=(listener.fileno(),),
    )
    listener.close()
    atexit.register(_end, server)
    return address


def _end(server: "subprocess.Popen[bytes]") -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.wait()
