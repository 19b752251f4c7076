"""The simulated national system of a running demo: hung, killed, and back again."""

import os
import signal
import subprocess
from contextlib import suppress

import httpx

from demo.run.demo_secrets import load_or_make
from demo.run.options import ROOT
from demo.run.services import NATIONAL, services
from tests.journeys.stack import Stack, is_running, wait_until


class NationalSystem:
    """The process that the runner started, or the one started after it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._pid = stack.pid_of(NATIONAL)
        secrets = load_or_make(stack.state / "demo-secrets.json")
        (self._service,) = [one for one in services(stack.options, secrets) if one.name == NATIONAL]
        self._after: subprocess.Popen[bytes] | None = None

    def hang(self) -> None:
        """It still takes connections and answers none."""
        os.kill(self._pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    def die(self) -> None:
        """It is killed; the runner is held meanwhile, or it would end the other services too."""
        os.kill(self._stack.pid, signal.SIGSTOP)
        os.kill(self._pid, signal.SIGKILL)
        wait_until(lambda: not is_running(self._pid), seconds=10)

    def start_again(self) -> None:
        """Start it as the runner did, on the same state, and return when it answers."""
        self._after = subprocess.Popen(
            self._service.command,
            env=dict(self._service.environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._pid = self._after.pid
        wait_until(self._answers, seconds=30)

    def end(self) -> None:
        """End the one that the runner does not know."""
        if self._after is not None:
            self._after.kill()
            self._after.wait()

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self._stack.national}/health").is_success
        return False
