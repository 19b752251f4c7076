"""A SoftHSM token behind a process of its own, p11-kit's server: it can be stopped, killed and started again.

What the provider loads is p11-kit's client module, as an operator would who wants a crashing module outside of the node.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.softhsm import LABEL, Token, module

_CLIENTS = (
    "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so",
    "/usr/lib/aarch64-linux-gnu/pkcs11/p11-kit-client.so",
    "/usr/lib64/pkcs11/p11-kit-client.so",
)
_PATIENCE = 10.0


def client_module() -> Path:
    """Return p11-kit's client module."""
    for place in _CLIENTS:
        if Path(place).exists():
            return Path(place)
    raise AssertionError("p11-kit is needed: install it (Debian: apt-get install p11-kit p11-kit-modules)")


class RemoteDevice:
    """The server process; one child of it serves each connection."""

    def __init__(self, token: Token) -> None:
        self._token = token
        self._socket = token.folder / "p11-kit.socket"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Return what a provider needs to use it."""
        return {
            "P11_KIT_SERVER_ADDRESS": f"unix:path={self._socket}",
            "HPID_PKCS11_MODULE": str(client_module()),
            "HPID_PKCS11_TOKEN": LABEL,
            "HPID_PKCS11_PIN_FILE": str(self._token.pin_file),
        }

    def start(self) -> None:
        """Start it, or start it again."""
        client_module()
        self._socket.unlink(missing_ok=True)
        command = ("p11-kit", "server", "--foreground", "--provider", str(module()), "-n", str(self._socket))
        self._server = subprocess.Popen(
            (*command, f"pkcs11:token={LABEL}"),
            env=os.environ | self._token.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _PATIENCE
        while not self._socket.exists():
            assert self._server.poll() is None, "p11-kit server ended"
            assert time.monotonic() < deadline, "p11-kit server does not listen"
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all its processes."""
        server = self._server
        assert server is not None, "not started"
        for pid in [*_children(server.pid), server.pid]:
            os.kill(pid, number)

    def kill(self) -> None:
        """Kill it."""
        if self._server is not None:
            self.signal(signal.SIGKILL)
            self._server.wait()
            self._server = None


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
