"""`hpid backup`: everything in one file while nodes run, and whether such a file is whole.

The master key is not in it, and what is sealed stays sealed. Names, communes and registrations are in clear, as in the
database: the file lies where the database might.
"""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from idp.app import release
from idp.audit.events import EventType
from idp.backup.file import BackupExists, UnwritableBackup, drafted, lines_of
from idp.backup.model import Contents
from idp.backup.store import Origin, open_header, read_backup, write_backup
from idp.cli.context import AsJson, CommandFailed, check_schema, occasion, operator, show, with_provider
from idp.clock import Clock
from idp.database import Done
from idp.database.whole import snapshot
from idp.provider import Provider
from idp.settings import Settings
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey


def backup(
    file: Annotated[Path, typer.Argument(help="The file to make; it must not be there.")],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only read one that is there: is it whole, and ours?")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write everything of one moment into a file, while nodes go on. The master key is not in it."""
    settings = Settings()
    vault = Vault(MasterKey.load(settings.master_key_path))
    if check:
        lines = lines_of(file)
        contents = read_backup(open_header(lines, vault), lines, vault, None)
        show(_row(contents, file.stat().st_size), as_json=as_json, title="whole")
        return
    check_schema(settings)
    try:
        contents, size = _write(file, settings, vault)
    except (BackupExists, UnwritableBackup) as error:
        raise CommandFailed(str(error)) from error
    except OSError as error:
        raise CommandFailed(f"{file} can't be written: {error.strerror}") from error
    show(_row(contents, size), as_json=as_json, title="backed up")


def _write(file: Path, settings: Settings, vault: Vault) -> tuple[Contents, int]:
    """Write the file, record that, and only then put it in its place."""
    clock = Clock()
    origin = Origin(issuer=settings.issuer, release=release(), taken_at=clock.now())
    with drafted(file, mark=clock.random_bytes(8).hex()) as draft:
        work = partial(write_backup, write=draft.write, origin=origin, vault=vault)
        contents = snapshot(settings.effective_database_url, work)
        with_provider(partial(_record, contents=contents))
        return contents, draft.publish()


async def _record(provider: Provider, *, contents: Contents) -> None:
    event = occasion(provider).event(
        EventType.DATABASE_BACKED_UP,
        actor=operator(),
        digest=contents.digest,
        rows=contents.rows,
        taken_at=contents.header.taken_at,
    )

    def add(tx: Tx) -> Done[None]:
        tx.audit.add(event)
        return Done(None)

    (await provider.database.transact(add)).unwrap()


def _row(contents: Contents, size: int) -> dict[str, object]:
    header = contents.header
    return {
        "digest": contents.digest,
        "taken_at": header.taken_at,
        "issuer": header.issuer,
        "release": header.release,
        "revision": header.revision,
        "epoch": header.epoch,
        "rows": contents.rows,
        "bytes": size,
        "tables": {one.table: one.rows for one in contents.tables},
    }
