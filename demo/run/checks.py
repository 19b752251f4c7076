"""What can be known to fail before anything starts, each said in one line with the way out."""

import errno
import fcntl
import os
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

from keys.tls_certificate import UnusableCertificate
from keys.tls_certificate import check_certificate as check_pem

_FREE_BYTES = 200 * 1024 * 1024


class CannotStart(Exception):
    """The demo can't start; the text is the one line that the operator reads."""


def check_port(host: str, port: int, *, service: str, way_out: str = "--port-base N") -> None:
    """Refuse a port that somebody listens on; on ::1 too, where browsers look for localhost first."""
    _listen(host, port, socket.AF_INET, service, way_out)
    if socket.has_ipv6 and host == "127.0.0.1":
        _listen("::1", port, socket.AF_INET6, service, way_out)


def _listen(host: str, port: int, family: socket.AddressFamily, service: str, way_out: str) -> None:
    try:
        with socket.create_server((host, port), family=family):
            pass
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(f"Port {port} ({service}) is in use; choose another with {way_out}") from error
        if family == socket.AF_INET:
            raise CannotStart(f"Port {port} ({service}) on {host}: {error.strerror}") from error


def check_certificate(certificate: Path, key: Path) -> None:
    """Refuse a certificate that the provider could not serve; its names are for whoever trusts it to check."""
    try:
        check_pem(certificate.read_bytes(), key.read_bytes(), host=None, now=datetime.now(UTC))
    except UnusableCertificate as error:
        raise CannotStart(f"{certificate}, {key}: {error}") from error


def take_state(folder: Path) -> int:
    """Make the state folder ours alone and return the lock to hold until the end."""
    try:
        (folder / "log").mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(f"{folder} can't be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise CannotStart(f"Another scripts/run uses {folder}; stop it or choose --port-base N") from error
    free = shutil.disk_usage(folder).free
    if free < _FREE_BYTES:
        raise CannotStart(
            f"{folder} has {free // 1024**2} MB free; the demo needs {_FREE_BYTES // 1024**2} MB"
        )
    return lock


def forget(folder: Path) -> None:
    """Remove what an earlier run kept in its folder; other demos (`var/N`) and the proof reports stay."""
    for entry in folder.iterdir():
        if entry.name.isdigit() or entry.name in {"certification", "proof", "log", "run.lock"}:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
