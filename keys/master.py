"""The master key: a file that only we may read, and the keys derived from it – RFC 5869 (HKDF-SHA256).

The file holds numbered versions, so that sealed data can move to a new one while the old still opens. A file
that is missing, readable by others, damaged or of another shape is refused with one line that names it and
never shows what is in it. Nothing here makes a key unless asked to in so many words.
"""

import binascii
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.escrow import Share, UnusableShare, join_shares, make_shares
from keys.private_file import UnreadableFile, read_private_file
from keys.strict_json import parse_json_object

KEY_BYTES = 32
_FORMAT = "hpid-master-key"
_SALT = b"hpid-master-key-1"
_WAY_OUT = "put back the copy that is kept apart, or make it again from its shares with `hpid keys recover`"
_FIRST_START = "where nothing was set up yet, run `hpid init`; else "
_MAX_FILE_BYTES = 64 * 1024
_FIRST = 1
"""The version under which lies what can never be sealed anew (keys/envelope.py)."""
_MAX_VERSION = 255  # one byte in front of all that is sealed


class KeyFileError(Exception):
    """The master key file can't be used; the text names the file and the reason, never its content."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"master key file {path}: {reason}")


class MasterKey:
    """All versions of the master key. Only keys derived for a purpose ever leave it, and the whole of it as shares."""

    __slots__ = ("_cached", "_keys", "current", "versions")

    def __init__(self, *, current: int, versions: Mapping[int, bytes]) -> None:
        self._keys = dict(versions)
        self._cached = lru_cache(maxsize=256)(self._derive)
        self.current = current
        self.versions = (current, *sorted((number for number in versions if number != current), reverse=True))
        """All version numbers, the current one first, then the newest."""

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new key in a new file; an existing file is never touched."""
        master = cls(current=_FIRST, versions={_FIRST: secrets.token_bytes(KEY_BYTES)})
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise KeyFileError(path, f"its folder can't be made ({error.strerror})") from None
        master._store(path, os.link)  # unlike a rename, a link never replaces
        return master

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file, or refuse it."""
        current, versions = _parse(path, _read(path))
        return cls(current=current, versions=versions)

    @classmethod
    def add_version(cls, path: Path) -> Self:
        """Put a fresh version into the file, which opens and does not seal yet: every node must know it before."""
        with _alone(path):
            current, keys = _parse(path, _read(path))
            number = max(keys) + 1
            if number > _MAX_VERSION:
                raise KeyFileError(path, "it has no room for another version")
            return cls._replace(path, current, {**keys, number: secrets.token_bytes(KEY_BYTES)})

    @classmethod
    def use_version(cls, path: Path, number: int) -> Self:
        """Let a version seal from now on; what the others sealed still opens."""
        with _alone(path):
            _, keys = _parse(path, _read(path))
            if number not in keys:
                raise KeyFileError(path, f"it has no version {number}")
            return cls._replace(path, number, keys)

    @classmethod
    def drop_version(cls, path: Path, number: int) -> Self:
        """Take a version out for good. Whoever calls knows that nothing lies under it any more."""
        with _alone(path):
            current, keys = _parse(path, _read(path))
            if number not in keys:
                raise KeyFileError(path, f"it has no version {number}")
            if number == _FIRST:
                raise KeyFileError(path, "version 1 stays: what can't be sealed anew lies under it")
            if number == current:
                raise KeyFileError(path, f"version {number} stays: it is the one in use")
            if number == max(keys):  # copies of the file and shares would hold another key of this number
                raise KeyFileError(path, f"version {number} stays: it is the newest; add another one first")
            return cls._replace(path, current, {other: keys[other] for other in keys if other != number})

    @classmethod
    def _replace(cls, path: Path, current: int, versions: Mapping[int, bytes]) -> Self:
        master = cls(current=current, versions=versions)
        master._store(path.resolve(), os.replace)
        return master

    def shares(self, *, threshold: int, total: int) -> tuple[Share, ...]:
        """Return shares of all versions, any `threshold` of which make the file again (keys/escrow.py)."""
        packed = bytes([self.current]) + b"".join(
            bytes([number]) + self._keys[number] for number in sorted(self._keys)
        )
        return make_shares(packed, threshold=threshold, total=total)

    @classmethod
    def recover(cls, path: Path, shares: Sequence[Share]) -> Self:
        """Make the file again; an existing one is never touched. Raises UnusableShare if the shares make no key."""
        packed = join_shares(shares)
        step = 1 + KEY_BYTES
        entries = [packed[at : at + step] for at in range(1, len(packed), step)]
        versions = {entry[0]: entry[1:] for entry in entries}
        if packed[0] not in versions or _FIRST not in versions or len(entries[-1]) != step:
            raise UnusableShare("these shares are of no master key")
        master = cls(current=packed[0], versions=versions)
        master._store(path, os.link)
        return master

    def derive(self, purpose: str, version: int) -> bytes:
        """Return the 32-byte key of one purpose under one version; KeyError if we have no such version."""
        return self._cached(purpose, version)

    def _derive(self, purpose: str, version: int) -> bytes:
        hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=_SALT, info=purpose.encode())
        return hkdf.derive(self._keys[version])

    def _store(self, path: Path, publish: Callable[[Path, Path], None]) -> None:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            _write(draft, self._to_json())
            publish(draft, path)
            _sync_folder(path.parent)
        except FileExistsError:
            raise KeyFileError(path, "it exists already and is never overwritten") from None
        except OSError as error:
            raise KeyFileError(path, f"it can't be written ({error.strerror})") from None
        finally:
            with suppress(
                OSError
            ):  # where no draft could be made, of a read-only disk, none can be taken away
                draft.unlink()

    def _to_json(self) -> bytes:
        versions = {str(number): b64encode(key).decode() for number, key in self._keys.items()}
        document: dict[str, object] = {"format": _FORMAT, "current": self.current, "versions": versions}
        return json.dumps({**document, "checksum": _checksum(document)}, indent=1).encode() + b"\n"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let nobody else change the file meanwhile: of two at once, none loses what the other added."""
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY)
    except OSError as error:
        raise KeyFileError(path, f"its folder can't be opened ({error.strerror}); {_WAY_OUT}") from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _read(path: Path) -> bytes:
    try:
        file = read_private_file(path, most=_MAX_FILE_BYTES)
    except UnreadableFile as error:
        beginning = "" if path.exists() else _FIRST_START
        raise KeyFileError(path, f"{error}; {beginning}{_WAY_OUT}") from None
    if file.exposed is not None:
        raise KeyFileError(path, file.exposed)
    return file.content


def _parse(path: Path, raw: bytes) -> tuple[int, dict[int, bytes]]:
    try:
        document = parse_json_object(raw)
    except ValueError:
        raise KeyFileError(path, f"it is cut short or not JSON; {_WAY_OUT}") from None
    checksum = document.pop("checksum", None)
    if document.get("format") != _FORMAT or set(document) != {"format", "current", "versions"}:
        raise KeyFileError(path, f"it is not a file of format {_FORMAT}; {_WAY_OUT}")
    if not isinstance(checksum, str) or not hmac.compare_digest(
        checksum.encode(), _checksum(document).encode()
    ):
        raise KeyFileError(path, f"its checksum does not match: it was damaged or edited; {_WAY_OUT}")
    versions = _parse_versions(path, document["versions"])
    current = document["current"]
    if type(current) is not int or current not in versions or _FIRST not in versions:
        raise KeyFileError(path, f"version 1 or the current version is missing; {_WAY_OUT}")
    return current, versions


def _parse_versions(path: Path, versions: object) -> dict[int, bytes]:
    if not isinstance(versions, dict):
        raise KeyFileError(path, "its versions are not an object")
    keys: dict[int, bytes] = {}
    for name, text in versions.items():
        number = (
            int(name) if name.isascii() and name.isdecimal() and len(name) <= len(str(_MAX_VERSION)) else 0
        )
        if not 1 <= number <= _MAX_VERSION or str(number) != name:
            raise KeyFileError(path, "a version is not a number from 1 to 255")
        try:
            key = b64decode(text, validate=True) if isinstance(text, str) else b""
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise KeyFileError(path, f"version {number} is not {KEY_BYTES} bytes in base64")
        keys[number] = key
    return keys


def _checksum(document: Mapping[str, object]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
