"""The services as child processes: started in groups of their own, watched, and stopped together.

A child also ends when this process is killed (-9): it asks the kernel for that before it becomes the service.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 10.0
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(slots=True, kw_only=True)
class Child:
    """One running service and where its output goes."""

    name: str
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def exit_code(self) -> int | None:
        """What it ended with, None while it runs."""
        return self.process.poll()

    def last_lines(self, count: int = 12) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def start(
    name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path, folder: Path
) -> Child:
    """Start one service with its output in a log file."""
    parent = os.getpid()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 - this process has no threads
        )
    return Child(name=name, log=log, process=process)


def _die_with(parent: int) -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # killed between fork and prctl
            os._exit(1)


def stop_all(children: Sequence[Child]) -> None:
    """Ask every service to end, newest first, and kill what has not ended in time."""
    for child in reversed(children):
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_SECONDS
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
        _signal(child, signal.SIGKILL)  # itself if it has not ended, and whatever it left behind
        child.process.wait()


def _signal(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)
