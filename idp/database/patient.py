"""A transaction that is worth waiting for: what was done outside is noted, though the database is away for a moment."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from idp.database import Database, DatabaseUnavailable, Done

TxT = TypeVar("TxT")
_PAUSES = (0.5, 1.0, 2.0)
"""Seconds, together well within any lease."""


async def settle(
    database: Database[TxT], work: Callable[[TxT], Done[None]], *, in_turn: asyncio.Semaphore | None = None
) -> None:
    """Commit; a database that is away is asked again a few times. DatabaseUnavailable: it stayed away.

    `in_turn`: so many may write at once; who pauses leaves their turn to others.
    """
    for pause in (*_PAUSES, None):
        try:
            async with in_turn or nullcontext():
                await database.transact(work)
        except DatabaseUnavailable:
            if pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return
