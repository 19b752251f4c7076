"""The demo's runner, `demo.run`, with its commands and services as forks of itself, and with records made once for all.

Started by stack.py: `forked_demo.py SEED SERVICES …`. The first one of a test run puts its records in the folder SEED,
and every state begins as a copy of it. SERVICES are those to start, or `all`; what follows is what the runner is told.
A whole demo takes a third of the time this way. Real processes: tests/conformance/ and `scripts/proof first_run`.
"""

import fcntl
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from demo.run import __main__ as runner
from demo.run import children, prepare
from demo.run.demo_secrets import load_or_make
from demo.run.options import Options, parse
from demo.run.services import HPID, Service, seed_environment, services
from tests import fork_server

_MODULES = (
    "demo.apps.data_store.app",
    "demo.apps.egov.app",
    "demo.apps.portal.app",
    "demo.apps.smart.app",
    "demo.inbox.app",
    "federation.national_mock.serve",
)
"""What the services import besides what the provider does."""


class Forking:
    """What the runner uses of the module `subprocess`."""

    DEVNULL, PIPE, STDOUT = subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT
    TimeoutExpired = subprocess.TimeoutExpired

    class Popen:
        """A command in a fork of this process."""

        def __init__(
            self,
            command: Sequence[str],
            *,
            env: Mapping[str, str] | None,
            cwd: Path,
            stdout: IO[bytes],
            preexec_fn: Callable[[], None] = lambda: None,
            **_as_ever: object,
        ) -> None:
            self.returncode: int | None = None
            self.pid = os.fork()
            if self.pid == 0:
                preexec_fn()
                _become(tuple(command), dict(os.environ if env is None else env), cwd, stdout.fileno())

        def poll(self) -> int | None:
            return self._look(os.WNOHANG)

        def wait(self, timeout: float | None = None) -> int:
            deadline = time.monotonic() + (timeout or 0.0)
            while (status := self._look(0 if timeout is None else os.WNOHANG)) is None:
                if time.monotonic() > deadline:
                    raise subprocess.TimeoutExpired("fork", timeout or 0.0)
                time.sleep(0.01)
            return status

        def _look(self, how: int) -> int | None:
            if self.returncode is None:
                pid, status = os.waitpid(self.pid, how)
                if pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
            return self.returncode

    @staticmethod
    def run(
        command: Sequence[str], *, env: Mapping[str, str] | None, cwd: Path, **_as_ever: object
    ) -> "subprocess.CompletedProcess[str]":
        with tempfile.TemporaryFile() as said:
            status = Forking.Popen(command, env=env, cwd=cwd, stdout=said).wait()
            said.seek(0)
            return subprocess.CompletedProcess(command, status, said.read().decode(errors="replace"))


def _become(command: tuple[str, ...], environment: dict[str, str], folder: Path, output: int) -> None:
    """Be the command, in the child, to its end."""
    status = 70
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(output, 1)
        os.dup2(output, 2)
        status = fork_server.run(_words(command), environment, str(folder))
    finally:
        os._exit(status)


def _words(command: tuple[str, ...]) -> list[str]:
    assert command[0] in {str(HPID), sys.executable}, command
    return list(command[1:])


def _copy_records(seed: Path, options: Options) -> None:
    """Begin this demo's state with records that some demo of this run has made: only its addresses are its own."""
    with seed.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not seed.exists():
            first = replace(options, folder=seed.with_suffix(".made"))
            (first.state / "log").mkdir(parents=True)
            prepare.prepare_national_system(first)
            secrets = load_or_make(first.state / "demo-secrets.json")
            prepare.prepare_provider(first, seed_environment(first, secrets))
            first.state.rename(seed)
    shutil.copytree(seed, options.state, dirs_exist_ok=True)


def main(seed: Path, wanted: str, arguments: Sequence[str]) -> int:
    """Run a demo until told to stop."""
    for module in _MODULES:
        importlib.import_module(module)
    processes: Any = Forking
    children.subprocess = prepare.subprocess = processes  # type: ignore[attr-defined]

    def those_wanted(options: Options, secrets: Mapping[str, str]) -> list[Service]:
        return [one for one in services(options, secrets) if wanted == "all" or one.name in wanted.split(",")]

    runner.services = those_wanted  # type: ignore[attr-defined]
    _copy_records(seed, parse(arguments))
    return runner.main(arguments)


if __name__ == "__main__":
    fork_server.prepare()
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
