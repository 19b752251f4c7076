"""Writing a large city: one transaction a batch, each after the one before, so that a rerun goes on where it ended."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection

from idp.cli.context import CommandFailed
from idp.cli.demo_large_batches import Anchor, Batch, Counts
from idp.database import Database, DatabaseReadOnly, DatabaseUnavailable, Done
from idp.database.loading import Rows, add_rows
from idp.ids import MandateId, OfficialId, OrganisationId, PersonId
from idp.transaction import Tx

_ATTEMPTS = 5
_PAUSE_SECONDS = 2.0


async def write_all(database: Database[Tx], pipe: Connection, told: Callable[[Counts, bool], None]) -> Counts:
    """Write what comes until it ends; `told` is called after each batch with all so far, and whether it was there."""
    await database.widen()
    counts = Counts()
    reader = ThreadPoolExecutor(1)  # always the same one: each thread keeps memory of its own
    take = partial(_next, pipe, reader)
    coming = asyncio.create_task(take())
    try:
        while (message := await coming) is not None:
            if isinstance(message, Anchor):
                pipe.send(await _is_there(database, message))
                coming = asyncio.create_task(take())
                continue
            coming = asyncio.create_task(take())  # it comes while this one is written
            if message.rows:
                await _write(database, message)
            counts = message.counts
            told(counts, not message.rows)
    finally:
        coming.cancel()
        reader.shutdown(wait=False)
    return counts


async def _next(pipe: Connection, reader: Executor) -> Anchor | Batch | None:
    try:
        message: Anchor | Batch | None = await asyncio.get_running_loop().run_in_executor(reader, pipe.recv)
    except (EOFError, OSError):
        raise CommandFailed("what draws the city ended too early; run it again and it goes on") from None
    return message


async def _write(database: Database[Tx], batch: Batch) -> None:
    """Write a batch; of a database that is away for a moment, ask whether it took it before it gets it again."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            if attempt == 1 or not await _is_there(database, batch.anchor):
                (await database.transact(partial(_add, rows=batch.rows))).unwrap()
        except DatabaseReadOnly:
            raise
        except DatabaseUnavailable:
            if attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return


def _add(tx: Tx, *, rows: Rows) -> Done[None]:
    add_rows(tx.connection, rows)
    return Done(None)


async def _is_there(database: Database[Tx], anchor: Anchor) -> bool:
    return await database.read(partial(_find, anchor=anchor))


def _find(tx: Tx, *, anchor: Anchor) -> bool:
    match anchor.table:
        case "people":
            person = tx.people.get(PersonId(anchor.id))
            if person is None:
                return False
            profile = person.profile
            if anchor.number not in {profile.personal_id, profile.foreigner_id}:
                raise CommandFailed(
                    "the database holds another city; a large one needs a database of its own"
                )
            return True
        case "organisations":
            return tx.organisations.get(OrganisationId(anchor.id)) is not None
        case "officials":
            return tx.officials.get(OfficialId(anchor.id)) is not None
        case _:
            return tx.mandates.get(MandateId(anchor.id)) is not None
