"""The whole demo as a user starts it, `python -m demo.run`, on free ports and a state folder of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.run.options import ROOT, Options, parse
from demo.run.services import DATA_STORE, HPID, NATIONAL, PORTAL, PROVIDER, provider_environment

SAME_SITE, OTHER_SITE = "localhost", "127.0.0.1"
_OFFSETS = (0, 1, 10, 11)
_PATIENCE_SECONDS = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running demo: where its services answer, and the pid of the runner that holds them."""

    port_base: int
    rp_host: str
    state: Path
    pid: int

    @property
    def options(self) -> Options:
        """What the runner was told."""
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

    def hpid(self, *words: str) -> Any:
        """Run an operator's command on the demo's state and return the JSON it prints."""
        environment = os.environ | provider_environment(self.options)
        done = subprocess.run(
            (str(HPID), *words, "--json"),
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def log(self, service: str) -> str:
        """Return what a service has logged."""
        return (self.state / "log" / f"{service}.log").read_text(encoding="utf-8")

    def pid_of(self, service: str) -> int:
        """Return the process of a service: the child of the runner whose output goes to that service's log."""
        log = self.state / "log" / f"{service}.log"
        for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with suppress(FileNotFoundError):
                if Path(f"/proc/{child}/fd/1").resolve() == log.resolve():
                    return int(child)
        raise AssertionError(f"{service} does not run")

    def stop(self) -> None:
        """End the runner, which ends its services."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        wait_until(lambda: not Path(f"/proc/{self.pid}").exists() or _is_zombie(self.pid), seconds=20)


SERVICES = (PROVIDER, NATIONAL, PORTAL, DATA_STORE)


def start_stack(state: Path, rp_host: str = SAME_SITE) -> Stack:
    """Start the demo and return when it says that it is ready."""
    state.mkdir(parents=True)
    port_base = free_port_base()
    with (state / "runner.log").open("w") as output:
        runner = subprocess.Popen(
            (sys.executable, "-m", "demo.run", "--port-base", str(port_base), "--rp-host", rp_host),
            cwd=ROOT,
            env=os.environ | {"HPID_DEMO_STATE": str(state), "COLUMNS": "100"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    said = state / "runner.log"
    wait_until(lambda: "Ready after" in said.read_text() or runner.poll() is not None, _PATIENCE_SECONDS)
    assert runner.poll() is None, said.read_text()
    assert re.search(r"^Ready after", said.read_text(), re.MULTILINE), said.read_text()
    return Stack(port_base=port_base, rp_host=rp_host, state=state, pid=runner.pid)
