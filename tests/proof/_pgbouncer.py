"""PgBouncer in transaction mode in front of a server: $PGBOUNCER, the one installed, or Debian's."""

import os
import pwd
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection

from sqlalchemy import make_url

from tests.proof._debian import program
from tests.server import free_ports


@dataclass(kw_only=True)
class Pooler:
    """One PgBouncer with few connections to its server; it may be killed and started again."""

    folder: Path
    server: str
    connections: int
    port: int = field(default_factory=lambda: free_ports(1)[0])
    path: str = field(
        default_factory=lambda: os.environ.get("PGBOUNCER") or program("pgbouncer", package="pgbouncer")
    )

    @property
    def version(self) -> tuple[int, ...]:
        """Its version; from 1.21 on it carries prepared statements."""
        said = subprocess.run((self.path, "--version"), capture_output=True, text=True, check=True).stdout
        return tuple(int(part) for part in said.split()[1].split(".")[:2])

    @property
    def url(self) -> str:
        """The database by this way."""
        target = make_url(self.server)
        return f"postgresql://{target.username}@127.0.0.1:{self.port}/{target.database}"

    def start(self) -> None:
        """Start it; its settings are its own but for where, how many, and whom it lets in."""
        target = make_url(self.server)
        place, port = target.query.get("host", target.host or "127.0.0.1"), target.port or 5432
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n{target.database} = host={place} port={port} user={target.username}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {self.connections}\n"
            f"max_client_conn = 200\nlogfile = {self.folder / 'pgbouncer.log'}\n"
        )
        self.process = subprocess.Popen(
            (self.path, str(settings)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=_owner(str(place)),
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise SystemExit((self.folder / "pgbouncer.log").read_text())

    def kill(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.wait()


@contextmanager
def pgbouncer(server: str, *, connections: int) -> Iterator[Pooler]:
    """Run one in front of a database."""
    with tempfile.TemporaryDirectory(prefix="hpid-pgbouncer-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        pooler = Pooler(folder=folder, server=server, connections=connections)
        pooler.start()
        try:
            yield pooler
        finally:
            pooler.kill()


def _owner(place: str) -> str | None:
    """It refuses to be root, and must reach the server's socket: run it as the one whose socket that is."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwuid(Path(place).stat().st_uid).pw_name if place.startswith("/") else "nobody"
