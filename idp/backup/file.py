"""The file of a back-up: written beside its place and put there whole, readable by its owner alone; read line by line."""

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from idp.backup.model import UnusableBackup

_LEVEL = 5
_LONGEST_LINE = 64 * 1024 * 1024


class BackupExists(Exception):
    """There is a file of this name, and none is ever overwritten."""


class UnwritableBackup(Exception):
    """Its own disk is full, or gone: nothing is wrong with the database."""


class Draft:
    """A back-up that is being written; nobody takes it for one until it is published."""

    def __init__(self, path: Path, draft: Path, raw: BinaryIO) -> None:
        self._path = path
        self._draft = draft
        self._raw = raw
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=_LEVEL, mtime=0)

    def write(self, line: bytes) -> None:
        """Add a line, or raise UnwritableBackup."""
        try:
            self._file.write(line)
        except OSError as error:
            with suppress(OSError):
                self._file.close()
            raise UnwritableBackup(f"{self._path} can't be written: {error.strerror}") from error

    def publish(self) -> int:
        """Put the whole file in its place, on the disk; return its size."""
        self._file.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        try:
            os.link(self._draft, self._path)  # unlike a rename, a link never replaces
        except FileExistsError:
            raise BackupExists(f"{self._path} exists, and no back-up is ever overwritten") from None
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return self._raw.tell()


@contextmanager
def drafted(path: Path, *, mark: str) -> Iterator[Draft]:
    """Open a draft beside the place; whatever happens, none is left. `mark` is random, so that two don't meet."""
    if path.exists():
        raise BackupExists(f"{path} exists, and no back-up is ever overwritten")
    draft = path.with_name(f".{path.name}.{mark}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            yield Draft(path, draft, raw)
    finally:
        draft.unlink(missing_ok=True)


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, or raise UnusableBackup where it is cut short or damaged."""
    try:
        with gzip.open(path) as file:
            while line := file.readline(_LONGEST_LINE):
                if not line.endswith(b"\n"):
                    raise UnusableBackup("it is cut short")
                yield line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnusableBackup(f"it is damaged or cut short: {error}") from None
    except OSError as error:
        raise UnusableBackup(f"{path} can't be read: {error.strerror}") from None
