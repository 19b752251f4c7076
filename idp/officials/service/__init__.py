"""What is done with employment records, over the transaction.

A post that ends ends the grants given under it; who holds no post any more has no official session any more (DESIGN
5.5, bound A).
"""

from idp.officials.service.changing import join, leave, move, restate, stated
from idp.officials.service.contexts import choices_of, held
from idp.officials.service.ending import close_overdue
from idp.officials.service.hand import GONE, NUMBER_TAKEN, Hand
from idp.officials.service.holding import hold
from idp.officials.service.linking import link_waiting

__all__ = [
    "GONE",
    "NUMBER_TAKEN",
    "Hand",
    "choices_of",
    "close_overdue",
    "held",
    "hold",
    "join",
    "leave",
    "link_waiting",
    "move",
    "restate",
    "stated",
]
