"""The simulated national system as a process of its own, for tests that need real sockets."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx
import pytest

from tests.federation.national_driver import ACCOUNTS, CLIENTS

HELD_BACK_SECONDS = 60


class Process:
    """``python -m federation.national_mock`` with its settings in the environment."""

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = f"http://localhost:{self.port}"
        self.log = folder / "log.jsonl"
        (folder / "accounts.json").write_text(json.dumps(ACCOUNTS), encoding="utf-8")
        environment = {
            "NATIONAL_PORT": str(self.port),
            "NATIONAL_DATABASE": str(folder / "data" / "national.db"),
            "NATIONAL_KEYS_DIR": str(folder / "keys"),
            "NATIONAL_ACCOUNTS_PATH": str(folder / "accounts.json"),
            "NATIONAL_CLIENTS": json.dumps(CLIENTS),
            "NATIONAL_FAULTS": "true",
        } | {f"NATIONAL_{name.upper()}": value for name, value in settings.items()}
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "federation.national_mock"],
                env=os.environ | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_until_healthy()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_running():
            self.stop(signal.SIGKILL)

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + 60  # on a busy machine
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        self.stop(signal.SIGKILL)
        pytest.fail(self.log.read_text())

    def children(self) -> list[str]:
        path = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return path.read_text().split()

    def stop(self, how: signal.Signals) -> int:
        """Send a signal; the status it ended with, within half of what a held-back request waits."""
        self._process.send_signal(how)
        return self._process.wait(timeout=HELD_BACK_SECONDS / 2)  # two seconds on a quiet machine

    def is_running(self) -> bool:
        return self._process.poll() is None
