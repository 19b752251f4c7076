"""Counting and refusing: what is over its limit is known in memory, so that refusing costs no statement.

A count is one row for all nodes; that it is over is learnt by the node that counts. Another node counts once more
and learns it too. What is refused is not counted, so a flood writes no more rows than the limit allows.
"""

from collections import OrderedDict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from idp.database import Database, Done
from idp.limits.model import Counted, Limit, OverLimit

if TYPE_CHECKING:
    from idp.transaction import Tx

_MOST_KNOWN = 50_000


class Limits:
    """What this node counts, and what it knows to be over."""

    def __init__(self, database: "Database[Tx]") -> None:
        self._database = database
        self._over: OrderedDict[tuple[Limit, str], datetime] = OrderedDict()

    def check(self, limit: Limit, *whose: str, now: datetime) -> None:
        """Refuse, if this node knows that these have had their share; raises OverLimit."""
        key = (limit, "\n".join(whose))
        until = self._over.get(key)
        if until is None:
            return
        if now >= until:
            del self._over[key]
            return
        raise OverLimit(limit, retry_after=max(1, round((until - now).total_seconds())))

    async def count(self, limit: Limit, *whose: str, now: datetime) -> None:
        """Count one; from the last that is allowed on, `check` refuses until the window is over."""
        outcome = await self._database.transact(partial(_count, limit=limit, whose=whose, now=now))
        self.learn(limit, *whose, counted=outcome.unwrap())

    def learn(self, limit: Limit, *whose: str, counted: Counted) -> None:
        """Take what a transaction that counted for itself has found."""
        key = (limit, "\n".join(whose))
        if counted.count >= limit.value.most:
            self._over[key] = counted.ends_at
            self._over.move_to_end(key)
            while len(self._over) > _MOST_KNOWN:
                self._over.popitem(last=False)


def _count(tx: "Tx", *, limit: Limit, whose: tuple[str, ...], now: datetime) -> Done[Counted]:
    return Done(tx.limits.count(limit, *whose, now=now))
