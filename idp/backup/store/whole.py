"""A back-up from its first line to its last, on one connection: what is written, and what must hold of what is read.

Header and whole are sealed under the master key: another's back-up, or a changed one, is told from ours. The header's
seal is looked at before anything is read, so that the wrong master key is told at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.backup.model import (
    Contents,
    Header,
    UnusableBackup,
    header_digest,
    header_line,
    read_header,
    whole_line,
)
from idp.backup.store.epoch import epoch_of
from idp.backup.store.rows import dump, load, revision_of
from keys.envelope import Unsealable, Vault

_HEADER = "backup.header"
_WHOLE = "backup.whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who makes a back-up, and when."""

    issuer: str
    release: str
    taken_at: datetime


def write_backup(
    connection: Connection, write: Callable[[bytes], object], *, origin: Origin, vault: Vault
) -> Contents:
    """Write all that this snapshot holds."""
    header = Header(
        issuer=origin.issuer,
        release=origin.release,
        revision=revision_of(connection) or "",
        taken_at=origin.taken_at.isoformat(timespec="microseconds"),
        epoch=epoch_of(connection),
    )
    write(header_line(header, vault.seal_text(header_digest(header), purpose=_HEADER)))
    for line in dump(connection, header):
        if isinstance(line, Contents):
            write(whole_line(line, vault.seal_text(line.digest, purpose=_WHOLE)))
            return line
        write(line)
    raise AssertionError("a dump ends with its contents")


def open_header(lines: Iterator[bytes], vault: Vault) -> Header:
    """Read the first line, and refuse what was not made under this master key."""
    header, seal = read_header(next(lines, b""))
    if _opened(seal, vault, _HEADER) != header_digest(header):
        raise UnusableBackup("its header was changed")
    return header


def read_backup(header: Header, lines: Iterator[bytes], vault: Vault, into: Connection | None) -> Contents:
    """Read everything after the header, into a connection if one is given; nothing counts unless this returns."""
    contents, seal = load(header, lines, into)
    if _opened(seal, vault, _WHOLE) != contents.digest:
        raise UnusableBackup("it was changed after it was made")
    return contents


def _opened(seal: bytes, vault: Vault, purpose: str) -> str:
    try:
        return vault.open_text(seal, purpose=purpose)
    except Unsealable:
        raise UnusableBackup("it was made under another master key, or was changed") from None
