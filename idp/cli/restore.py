"""`hpid restore`: a back-up into an empty database, or in place of what is there; all of it or nothing.

One transaction makes the schema, writes the rows, begins the epoch and records it: killed anywhere, the database is what
it was before.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.backup.file import lines_of
from idp.backup.model import Contents, Header, UnusableBackup
from idp.backup.store import (
    Died,
    begin_epoch,
    epoch_of,
    fresh,
    is_empty,
    open_header,
    read_backup,
    revision_of,
)
from idp.cli.context import AsJson, CommandFailed, operator, show, warn
from idp.clock import Clock
from idp.database.whole import alone
from idp.settings import Settings
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey
from migrations.audit_triggers import numbered_rows_may_come
from migrations.run import drop_on, head, knows, upgrade_on

FORGOTTEN = (
    "people locked, unlocked, made, linked or merged",
    "consents given or withdrawn",
    "mandates taken, ended or contested; firms appointed; organisations and officials changed",
    "passwords and TOTP secrets set",
    "clients and their secrets: registered, changed, disabled, frozen, removed, revoked",
    "signing keys made, retired or revoked",
    "grants revoked one by one; failed sign-ins counted",
    "personal data erased",
)
"""What happened after a back-up was made and nobody can know from it: to be done again from logs and letters."""
_CLOCKS_DIFFER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore came to."""

    contents: Contents
    epoch: int
    began_at: datetime
    died: Died


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `hpid backup` made.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Throw away what the database holds.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Really: for --replace.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a back-up into a database that nobody uses: whole, or not at all. Stop nodes, workers and commands first.

    Nothing that was used up or ended after the back-up was made works again: everybody signs in anew.
    """
    if replace is not yes:
        raise CommandFailed("--replace throws away what is there: it goes with --yes, and --yes with it")
    settings = Settings()
    vault = Vault(MasterKey.load(settings.master_key_path))
    lines = lines_of(file)
    header = open_header(lines, vault)
    _check_header(header, settings)
    _check_clock(header, Clock().now())
    done = alone(
        settings.effective_database_url,
        lambda connection: _restore(Tx(connection, vault, Clock()), header, lines, vault, replace=replace),
    )
    asyncio.run(_epoch_has_begun(done.began_at))
    show(_row(done), as_json=as_json, title="restored")
    if not as_json:
        warn(f"what happened after {header.taken_at} is forgotten; compare with logs and services:")
        for one in FORGOTTEN:
            warn(f"  {one}")
        warn("before nodes start, do again what still matters: docs/how-to/back-up-and-restore.md")


def _check_header(header: Header, settings: Settings) -> None:
    if header.issuer != settings.issuer:
        raise UnusableBackup(f"it is of {header.issuer}, and HPID_ISSUER is {settings.issuer}")
    if not knows(header.revision):
        raise UnusableBackup(
            f"it is of schema {header.revision}, and this release knows {head()} at most: use the newer release"
        )


def _check_clock(header: Header, now: datetime) -> None:
    """A clock that is behind would begin the epoch before things that were issued, which then count on."""
    try:
        taken_at = datetime.fromisoformat(header.taken_at)
    except ValueError:
        raise UnusableBackup("its header is damaged") from None
    if taken_at > now + _CLOCKS_DIFFER:
        raise UnusableBackup(
            f"it was made at {taken_at.isoformat(timespec='seconds')}, and the clock here says"
            f" {now.isoformat(timespec='seconds')}: set it first"
        )


def _restore(tx: Tx, header: Header, lines: Iterator[bytes], vault: Vault, *, replace: bool) -> Restored:
    connection = tx.connection
    epoch = max(header.epoch, _epoch_there(tx, replace=replace)) + 1
    drop_on(connection)
    upgrade_on(connection, header.revision)
    fresh(connection)
    with numbered_rows_may_come(connection):
        contents = read_backup(header, lines, vault, connection)
    if header.revision != head():
        upgrade_on(connection)
    now = Clock().now()
    began_at = _next_second(now)
    died = begin_epoch(connection, number=epoch, at=began_at)
    done = Restored(contents=contents, epoch=epoch, began_at=began_at, died=died)
    _record(tx, done, Occasion(clock=Clock(), now=now, txn="cli"))
    return done


def _epoch_there(tx: Tx, *, replace: bool) -> int:
    """Return the epoch of what is there; refuse to throw it away unasked."""
    revision = revision_of(tx.connection)
    if revision is None:
        return 0
    if not replace and not is_empty(tx.connection):
        raise CommandFailed("the database is not empty; --replace --yes throws away what it holds")
    return epoch_of(tx.connection) if revision == head() else 0


def _next_second(now: datetime) -> datetime:
    """Return the epoch's beginning: tokens say when they were issued in whole seconds."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


async def _epoch_has_begun(began_at: datetime) -> None:
    """Wait for it, less than a second: what a node issues as soon as it can start must not be of before."""
    await asyncio.sleep(max((began_at - Clock().now()).total_seconds(), 0.0))


def _record(tx: Tx, done: Restored, occasion: Occasion) -> None:
    tx.audit.add(
        occasion.event(
            EventType.DATABASE_RESTORED,
            actor=operator(),
            digest=done.contents.digest,
            epoch=done.epoch,
            missing_from=done.contents.header.taken_at,
            missing_until=done.began_at.astimezone(UTC).isoformat(timespec="microseconds"),
            died=asdict(done.died),
        )
    )


def _row(done: Restored) -> dict[str, object]:
    return {
        "digest": done.contents.digest,
        "rows": done.contents.rows,
        "epoch": done.epoch,
        "missing_from": done.contents.header.taken_at,
        "missing_until": done.began_at.isoformat(timespec="seconds"),
        "died": asdict(done.died),
        "forgotten": list(FORGOTTEN),
    }
