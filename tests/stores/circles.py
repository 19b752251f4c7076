"""Two transactions that meet at one person: run once each, unless each waits for the other and one is run anew."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from idp.database import Database
from idp.ids import PersonId
from idp.transaction import Tx

Act = Callable[[Tx], Any]


async def run_beside(database: Database[Tx], person_id: PersonId, change: Act, other: Act) -> tuple[int, int]:
    """Begin the other while the change holds the person and nothing else yet; return how often each was run."""
    runs, held = [0, 0], asyncio.Event()

    def changed(tx: Tx) -> Any:
        runs[0] += 1
        tx.people.lock(person_id)
        held.set()
        tx.connection.execute(text("SELECT pg_sleep(0.5)"))
        return change(tx)

    def done(tx: Tx) -> Any:
        runs[1] += 1
        return other(tx)

    changing = asyncio.create_task(database.transact(changed))
    await held.wait()
    await database.transact(done)
    await changing
    return runs[0], runs[1]
