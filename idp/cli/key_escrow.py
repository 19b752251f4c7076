"""`hpid keys escrow`, `recover` and `check-share`: the master key as shares, of which a few make it again.

No share is ever an argument of a command, where a list of processes would show it: they come from files, or from what is
typed. None goes into the log or the record.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.database import Done
from idp.provider import Provider
from idp.settings import Settings
from idp.transaction import Tx
from keys.escrow import MOST_TEXT, Share, UnusableShare, read_share, share_text
from keys.master import MasterKey

_MOST_SHARES = 16


def escrow(
    *,
    shares: Annotated[int, typer.Option(min=2, max=_MOST_SHARES, help="How many shares.")] = 5,
    threshold: Annotated[int, typer.Option(min=2, max=_MOST_SHARES, help="How many make the key again.")] = 3,
    to: Annotated[
        Path | None, typer.Option(help="A new folder for a file a share; without it they are printed.")
    ] = None,
) -> None:
    """Split the master key, all versions of it, into shares for different people; any few of them make it again."""
    if threshold > shares:
        raise CommandFailed("--threshold can't be more than --shares")
    settings = Settings()
    master = MasterKey.load(settings.master_key_path)
    made = master.shares(threshold=threshold, total=shares)

    async def record(provider: Provider) -> None:
        event = occasion(provider).event(
            EventType.MASTER_KEY_ESCROWED,
            actor=operator(),
            set_id=made[0].set_id,
            threshold=threshold,
            shares=shares,
            versions=sorted(master.versions),
        )

        def add(tx: Tx) -> Done[None]:
            tx.audit.add(event)
            return Done(None)

        (await provider.database.transact(add)).unwrap()

    if to is None:
        with_provider(record)
        told = [f"{share_text(share)}\n" for share in made]
    else:
        with _made_whole(to):
            with_provider(record)
            told = [str(_write(to, share)) for share in made]
    for text in told:
        say(text)


def recover(
    path: Annotated[Path, typer.Argument(help="The file to make; it must not be there.")],
    shares: Annotated[
        list[Path] | None,
        typer.Argument(help="A file a share; without any they are typed, each ended by an empty line."),
    ] = None,
) -> None:
    """Make the master key file again from its shares; needs no database."""
    given = [_read_file(file) for file in shares] if shares else list(_typed())
    try:
        master = MasterKey.recover(path, given)
    except UnusableShare as error:
        raise CommandFailed(str(error)) from error
    say(f"made {path} of set {given[0].set_id}: versions {' '.join(map(str, sorted(master.versions)))}")
    say("`hpid keys list` tells whether it is the database's")


def check_share(
    file: Annotated[Path | None, typer.Argument(help="The share's file; without it, it is typed.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell whether a share is whole and what it belongs to; it is not shown, and the others are not needed."""
    share = _read_file(file) if file else next(_typed(), None)
    if share is None:
        raise CommandFailed("there is no share")
    content = {"set": share.set_id, "share": share.place, "of": share.total, "needed": share.threshold}
    show(content, as_json=as_json, title="whole")


@contextmanager
def _made_whole(folder: Path) -> Iterator[None]:
    """Make a folder, and leave none where not all is in it: enough shares that nobody knows of are the key."""
    _make_folder(folder)
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise CommandFailed(f"{folder}: can't be made: {error.strerror}") from error


def _write(folder: Path, share: Share) -> Path:
    path = folder / f"share-{share.place}-of-{share.total}.txt"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(share_text(share) + "\n")
    except OSError as error:
        raise CommandFailed(f"{path}: can't be written: {error.strerror}") from error
    return path


def _read_file(path: Path) -> Share:
    try:
        with path.open("rb") as file:
            text = file.read(MOST_TEXT).decode("utf-8", "replace")
    except OSError as error:
        raise CommandFailed(f"{path}: can't be read: {error.strerror}") from error
    return _read(text, str(path))


def _typed() -> Iterator[Share]:
    """Read shares from the standard input until there are enough of the first one's set, or no more."""
    count, needed = 0, 1
    while count < needed:
        lines: list[bytes] = []
        for line in sys.stdin.buffer:
            if line.strip():
                lines.append(line)
            elif lines:
                break
        if not lines:
            return
        count += 1
        share = _read(b"".join(lines).decode("utf-8", "replace"), f"share {count} as typed")
        needed = share.threshold
        yield share


def _read(text: str, name: str) -> Share:
    try:
        return read_share(text)
    except UnusableShare as error:
        raise CommandFailed(f"{name}: {error}") from error
