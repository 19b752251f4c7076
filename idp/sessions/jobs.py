"""Sessions begun while the national system was down: once it is back they are proved there in time, or they end.

What happened meanwhile (a death, a lock) is known there and may not be known here: that is why they don't just go on.
"""

from datetime import timedelta
from functools import partial

from idp.audit.occasion import Occasion
from idp.database import Database, Done
from idp.sessions.service import end_session
from idp.transaction import Tx

BATCH = 50
_REASON = "not proved at the national system in time"


async def end_unproved(database: Database[Tx], occasion: Occasion, *, within: timedelta) -> int:
    """Give those of the outage their time, and end those whose time is over; return how many were ended.

    Call it while the national system is there. Whoever signs in through it meanwhile has a usual session again.
    """
    work = partial(_end_batch, occasion=occasion, within=within)
    return (await database.transact(work)).unwrap()


def _end_batch(tx: Tx, *, occasion: Occasion, within: timedelta) -> Done[int]:
    tx.upstream_sessions.set_reprove_by(occasion.now + within, BATCH)
    over = tx.upstream_sessions.not_reproved(occasion.now, BATCH)
    for session in over:
        end_session(tx, session, reason=_REASON, occasion=occasion, actor="system")
    return Done(len(over))
