"""The way to PostgreSQL under TLS: what is ours runs on it, and `verify-full` takes no certificate but the host's own.

A server of Debian's with certificates made for this run: of its host, of another, of another authority, past its time.
Beside it somebody in the middle, who answers that there is no TLS and waits for a password.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, bindparam, func, select, text

from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable, Done
from migrations.run import upgrade
from tests.conformance.throwaway_ca import Pair, ThrowawayCa
from tests.proof import _debian
from tests.server import Installation, Node, free_ports, serving
from tests.stores.test_database import ADD, bare, notes

_HOST = "localhost"
_SETTINGS = """
listen_addresses = '127.0.0.1'
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
fsync = off
"""
_RULES = """
local   all all           trust
hostssl all all 0.0.0.0/0 scram-sha-256
"""
_PASSWORD = "only-over-tls"
_LARGE = "Đ" * 3_000_000
_FIND = select(notes.c.text).where(notes.c.number == bindparam("of"))
_COUNT = select(func.count()).select_from(notes)
_TLS = text("SELECT ssl AND version = 'TLSv1.3' FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
_END = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsServer:
    """One server that lets nobody in over a network without TLS."""

    folder: Path
    port: int

    def make(self) -> None:
        """Make it and its user."""
        self._run("initdb", "-D", "data", "-U", "hpid", "--auth=trust", "--encoding=UTF8")
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        (self.folder / "data" / "pg_hba.conf").write_text(_RULES)

    def start(self) -> None:
        """Start it."""
        options = f"-p {self.port} -k {self.folder}"
        self._run("pg_ctl", "-D", "data", "-o", options, "-l", "log", "-w", "start")
        self._run(
            "psql", "-h", str(self.folder), "-p", str(self.port), "-U", "hpid", "-d", "postgres",
            "-c", f"ALTER ROLE hpid PASSWORD '{_PASSWORD}'", "-c", "CREATE DATABASE hpid",
        )  # fmt: skip

    def stop(self) -> None:
        """Stop it."""
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def show(self, pair: Pair) -> None:
        """Show this certificate from now on."""
        for source, name in ((pair.certificate, "server.pem"), (pair.key, "server.key")):
            target = self.folder / "data" / name
            shutil.copyfile(source, target)
            target.chmod(0o600)
            if owner := _owner():
                shutil.chown(target, owner)

    def reload(self) -> None:
        """Have it read its certificate anew."""
        self._run("pg_ctl", "-D", "data", "reload")
        time.sleep(0.5)

    def url(self, mode: str, root: Path | None = None, *, port: int | None = None) -> str:
        """Return the database by the network."""
        options = f"?sslmode={mode}" + (f"&sslrootcert={root}" if root else "")
        return f"postgresql://hpid:{_PASSWORD}@{_HOST}:{port or self.port}/hpid{options}"

    def _run(self, program: str, *words: str) -> None:
        command = (str(_debian.postgresql() / program), *words)
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, user=_owner(), cwd=self.folder
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")


def _owner() -> str | None:
    """A server refuses to be root's; Debian's package brings somebody for it."""
    return "postgres" if os.geteuid() == 0 else None


def _told(url: str) -> str:
    """Return what somebody is told who tries to read there; empty: the answer came."""

    async def ask() -> str:
        database = Database(url, bare, pool=1, clock=Clock())
        try:
            await database.read(lambda c: c.scalar(text("SELECT 1")))
        except DatabaseUnavailable as error:
            return str(error)
        finally:
            await database.close()
        return ""

    return asyncio.run(ask())


async def _all_of_ours(url: str) -> list[str]:
    """Run each kind of exchange under TLS; return what went wrong."""
    database = Database(url, bare, pool=2, clock=Clock())

    def fill(connection: Connection) -> Done[int]:
        notes.create(connection)
        for number in range(40):  # the first makes a transaction, the others travel with the count
            connection.execute(ADD, {"number": number, "text": _LARGE if number == 7 else None})
        return Done(connection.execute(_COUNT).scalar_one())

    def find(number: int) -> Callable[[Connection], str | None]:
        return lambda connection: connection.execute(_FIND, {"of": number}).scalar_one_or_none()

    held = await database.transact(fill)
    found = {
        "it is TLS 1.3": await database.read(lambda c: c.scalar(_TLS)),
        "rows that travelled together": held == Done(40),
        "six megabytes in an answer of ours": await database.glance(find(7)) == _LARGE,
        "nothing": await database.glance(find(8)) is None,
        "many at once": await asyncio.gather(*(database.glance(find(7)) for _ in range(8))) == [_LARGE] * 8,
    }
    other = Database(url, bare, pool=1, clock=Clock())
    await other.read(lambda c: c.execute(_END).all())
    found["connections that were ended are replaced"] = await database.read(find(8)) is None
    await other.close()
    await database.close()
    return [name for name, is_so in found.items() if not is_so]


@contextmanager
def _in_the_middle(heard: list[bytes]) -> Iterator[int]:
    """Say that there is no TLS, and keep what is said then."""
    listening = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(3)
                peer.recv(8)
                peer.sendall(b"N")
                try:
                    heard.append(peer.recv(4096))
                except OSError:
                    heard.append(b"")

    thread = threading.Thread(target=listen)
    thread.start()
    yield int(listening.getsockname()[1])
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def _is_ready(folder: Path, url: str) -> bool:
    installation = Installation(folder=folder, port=free_ports(1)[0], database_url=url)
    installation.prepare()
    node = Node(installation)
    with serving(node):
        return node.readiness() == 200


def _prove(folder: Path, server: TlsServer, ca: ThrowawayCa, stranger: ThrowawayCa) -> list[str]:
    root = ca.certificate
    full = server.url("verify-full", root)
    wrong = [f"under TLS: {name}" for name in asyncio.run(_all_of_ours(full))]
    if "no encryption" not in (told := _told(server.url("disable"))):
        wrong.append(f"without TLS: {told!r}")
    heard: list[bytes] = []
    with _in_the_middle(heard) as port:
        if "rejected SSL" not in (told := _told(server.url("verify-full", root, port=port))):
            wrong.append(f"somebody in the middle: {told!r}")
    if any(heard):
        wrong.append(f"somebody in the middle heard {heard}")
    if "verify failed" not in (told := _told(server.url("verify-full", stranger.certificate))):
        wrong.append(f"an authority that is not ours: {told!r}")
    shown = {
        "of another host": (ca.issue("elsewhere.example"), "match"),
        "of an address alone": (ca.issue("127.0.0.1"), "match"),
        "of another authority": (stranger.issue(_HOST), "verify failed"),
        "past its time": (ca.issue(_HOST, lifetime=timedelta(seconds=-60)), "expired"),
    }
    for whose, (pair, word) in shown.items():
        server.show(pair)
        server.reload()
        told = _told(full)
        print(f"{whose}: {told}")
        if word not in told:
            wrong.append(f"{whose}: {told!r}")
    if told := _told(server.url("require")):
        wrong.append(f"require looks at no certificate, yet: {told!r}")
    server.show(ca.issue(_HOST))
    server.reload()
    if told := _told(full):
        wrong.append(f"the right one again: {told!r}")
    upgrade(full)
    if not _is_ready(folder / "state", full):
        wrong.append("a node is not ready")
    return wrong


def main() -> int:
    """Prove it on a server of this item's own."""
    with tempfile.TemporaryDirectory(prefix="hpid-tls-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        ours, theirs, place = folder / "ca", folder / "stranger", folder / "server"
        for one in (ours, theirs, place):
            one.mkdir(mode=0o755)
        _debian.postgresql()
        if owner := _owner():
            shutil.chown(place, owner)
        ca, stranger = ThrowawayCa(ours), ThrowawayCa(theirs)
        server = TlsServer(folder=place, port=free_ports(1)[0])
        server.make()
        server.show(ca.issue(_HOST))
        server.start()
        try:
            wrong = _prove(folder, server, ca, stranger)
        finally:
            server.stop()
    for what in wrong:
        print(f"WRONG {what}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
