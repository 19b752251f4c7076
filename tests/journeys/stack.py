"""The whole demo, as a user starts it or forked for a test run, on free ports and with a state folder of its own."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from demo.run.options import ROOT, Options, parse
from demo.run.services import provider_environment
from tests.processes import Process, start

SAME_SITE, OTHER_SITE = "localhost", "127.0.0.1"
_PORTS = range(20000, 30000, 20)  # below those the kernel hands out
_OFFSETS = (0, 1, 2, 3, 10, 11, 12, 13)
_READY_SECONDS, _END_SECONDS = 200.0, 20.0
_runners: list[Process] = []
"""Kept to the end: another test process may still use a demo that this one started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running demo: where its services answer, and the process that holds them."""

    port_base: int
    rp_host: str
    state: Path
    pid: int

    @property
    def options(self) -> Options:
        arguments = ["--port-base", str(self.port_base), "--rp-host", self.rp_host]
        return replace(parse(arguments), folder=self.state)

    @property
    def provider(self) -> str:
        return self.options.issuer

    @property
    def national(self) -> str:
        return self.options.national_issuer

    @property
    def portal(self) -> str:
        return self.options.portal_url

    @property
    def data_store(self) -> str:
        return self.options.data_store_url

    @property
    def egov(self) -> str:
        return self.options.egov_url

    @property
    def smart(self) -> str:
        return self.options.smart_url

    def hpid(self, *words: str) -> str:
        """Run an operator's command on this demo and return what it prints."""
        environment = os.environ | provider_environment(self.options)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            status = start(words, environment=environment, folder=ROOT, stdout=out, stderr=err).wait()
            out.seek(0)
            err.seek(0)
            assert status == 0, err.read().decode()
            return out.read().decode()

    def stop(self) -> None:
        """End the runner, which ends its services."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
            os.kill(self.pid, signal.SIGCONT)
        wait_until(lambda: not is_running(self.pid), seconds=_END_SECONDS)
        for runner in _runners:
            runner.poll()


def start_stack(state: Path, rp_host: str = SAME_SITE, *, port_base: int | None = None) -> Stack:
    """Start the demo as a user does, `python -m demo.run`, and return when it says that it is ready."""
    port_base = port_base or free_port_base()
    words = ("demo.run", "--port-base", str(port_base), "--rp-host", rp_host)
    return _started(words, state, rp_host, port_base, forked=False)


def start_forked_stack(
    state: Path,
    seed: Path,
    rp_host: str = SAME_SITE,
    *,
    only: Sequence[str] = (),
    shared: bool = False,
    **more: str,
) -> Stack:
    """Start the demo, or these services alone, by `forked_demo.py`, its records copied from `seed`.

    `shared`: it may outlive this process. `more` is in its environment.
    """
    port_base = free_port_base()
    wanted = ",".join(only) or "all"
    words = (
        "tests.journeys.forked_demo",
        str(seed),
        wanted,
        "--port-base",
        str(port_base),
        "--rp-host",
        rp_host,
    )
    return _started(words, state, rp_host, port_base, forked=not shared, **more)


def _started(
    words: Sequence[str], state: Path, rp_host: str, port_base: int, *, forked: bool, **more: str
) -> Stack:
    state.mkdir(parents=True)
    log = state / "runner.log"
    environment = os.environ | {
        "HPID_DEMO_STATE": str(state),
        "NATIONAL_FAULTS": "true",
        "PYTHONPATH": str(ROOT),
        **more,
    }
    runner: Process
    with log.open("wb") as output:
        if forked:
            runner = start(("-m", *words), environment=environment, folder=ROOT, stdout=output, stderr=output)
        else:
            runner = subprocess.Popen(
                (sys.executable, "-m", *words),
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
    _runners.append(runner)
    try:
        wait_until(
            lambda: "\nReady after" in log.read_text() or runner.poll() is not None, seconds=_READY_SECONDS
        )
    except AssertionError:
        runner.send_signal(signal.SIGTERM)
        raise
    assert runner.poll() is None, log.read_text()
    return Stack(port_base=port_base, rp_host=rp_host, state=state, pid=runner.pid)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(happened: Callable[[], bool], *, seconds: float) -> float:
    """Wait for something; return how long it took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, f"nothing happened within {seconds:.0f} s"
        time.sleep(0.02)
    return time.monotonic() - began


def free_port_base() -> int:
    for base in random.sample(_PORTS, len(_PORTS)):
        if all(_is_free(base + offset) for offset in _OFFSETS):
            return base
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
        try:
            socket.create_server((host, port), family=family).close()
        except OSError:
            return False
    return True
