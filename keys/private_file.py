"""Reading a file that holds a secret: a regular one, ours or root's, that nobody else may read or change (SECURITY R27).

The open file is looked at, wherever a link led, so that what was checked is what is read.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

_ROOT = 0


class UnreadableFile(Exception):
    """There is no file to read; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFile:
    """What a file holds, and what is wrong with who may touch it."""

    content: bytes = field(repr=False)
    exposed: str | None
    """Why it is no secret, and what would make it one; None where it lies as it should."""


def read_private_file(path: Path, *, most: int) -> PrivateFile:
    """Read a regular file of 1 to `most` bytes, or raise UnreadableFile. Whoever calls decides what `exposed` means."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not stop the start-up
    except OSError as error:
        raise UnreadableFile(f"it can't be opened ({error.strerror})") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile("it is not a regular file")
        if not 0 < status.st_size <= most:
            raise UnreadableFile("it is empty or far too large")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return PrivateFile(content=file.read(most), exposed=_exposed(status))
    finally:
        os.close(descriptor)


def _exposed(status: os.stat_result) -> str | None:
    if status.st_mode & 0o077:
        return "others may read or change it; its mode must be 0600"
    if status.st_uid not in {os.geteuid(), _ROOT}:
        return f"it belongs to another user ({status.st_uid}); give it to the one that runs hpid"
    return None
