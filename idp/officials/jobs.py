"""What time does to officials: posts whose last day is over are closed, and records that wait for a person meet them.

A post is over at midnight in Việt Nam without any job; this ends what was granted under it, within a minute.
"""

from datetime import timedelta
from functools import partial

from idp import metrics
from idp.audit.occasion import Occasion
from idp.database import Database, Done
from idp.ids import OfficialId
from idp.officials.service import Hand, close_overdue, link_waiting
from idp.transaction import Tx

BATCH = 100
"""Records of one run; each is a transaction of its own."""
_LOOK_EVERY = timedelta(minutes=10)


async def close_posts(database: Database[Tx], occasion: Occasion) -> int:
    """Close what is over; return of how many records."""
    due = await database.read(lambda tx: tx.officials.overdue(occasion.now, BATCH))
    metrics.OFFICIAL_POSTS_OVERDUE.set(len(due))
    hand = Hand(actor="system", occasion=occasion)
    for official_id in due:
        (await database.transact(partial(_close, official_id=official_id, hand=hand))).unwrap()
    return len(due)


async def link_people(database: Database[Tx], occasion: Occasion) -> int:
    """Look for the people of records that wait; return how many records were looked at."""
    waiting = await database.read(lambda tx: tx.officials.waiting(occasion.now - _LOOK_EVERY, BATCH))
    hand = Hand(actor="system", occasion=occasion)
    for official_id in waiting:
        (await database.transact(partial(_link, official_id=official_id, hand=hand))).unwrap()
    return len(waiting)


def _close(tx: Tx, *, official_id: OfficialId, hand: Hand) -> Done[int]:
    return Done(close_overdue(tx, official_id, hand))


def _link(tx: Tx, *, official_id: OfficialId, hand: Hand) -> Done[bool]:
    return Done(link_waiting(tx, official_id, hand))
