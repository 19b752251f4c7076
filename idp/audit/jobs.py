"""The sequencer: numbers new audit events soon after their commit (DESIGN 5.9).

Any number of workers may run it: the head's row lets one number at a time, in order of time and id, without
a gap.
"""

from idp.database import Database, Done
from idp.transaction import Tx

_EVENTS_PER_TRANSACTION = 500


async def sequence(database: Database[Tx]) -> int:
    """Number all events that have none yet, some hundreds per transaction; return how many."""
    total = 0
    while True:
        count = (await database.transact(_number)).unwrap()
        total += count
        if count < _EVENTS_PER_TRANSACTION:
            return total


def _number(tx: Tx) -> Done[int]:
    return Done(tx.audit.number(_EVENTS_PER_TRANSACTION))
