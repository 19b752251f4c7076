"""The next key of each algorithm whose key has signed for long enough (HPID_LIFE_SIGNING_KEY, DESIGN 5.14).

Any number of workers may look at once: keys are made outside of the transaction, and which are needed is asked again
in it, behind the row that every rotation locks.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from idp.audit.occasion import Occasion
from idp.database import Database, Done
from idp.settings import Lifetimes
from idp.signing_keys.service import announce_due
from idp.transaction import Tx
from keys.rotation import KeyRecord, due_for_rotation


async def rotate_keys(
    database: Database[Tx], occasion: Occasion, life: Lifetimes, make: Callable[[str], KeyRecord]
) -> int:
    """Announce a key for each algorithm that is due; `make` generates one, off the event loop. Return how many."""
    records = await database.read(lambda tx: tx.signing_keys.all())
    due = due_for_rotation(records, occasion.now, every=life.signing_key)
    if not due:
        return 0
    made = tuple(await asyncio.gather(*(asyncio.to_thread(make, alg) for alg in due)))
    return (await database.transact(partial(_announce, made=made, life=life, occasion=occasion))).unwrap()


def _announce(tx: Tx, *, made: tuple[KeyRecord, ...], life: Lifetimes, occasion: Occasion) -> Done[int]:
    return Done(announce_due(tx, made, every=life.signing_key, life=life, occasion=occasion))
