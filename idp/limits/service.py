"""Counting and refusing: what is over its limit is known in memory, so that refusing costs no statement.

A count is one row for all nodes; that it is over is learnt by the node that counts. Another node counts once more
and learns it too. What is refused is not counted, so a flood writes no more rows than the limit allows.
"""

from collections import OrderedDict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from idp.clock import CLOCKS_APART
from idp.database import Database, Done
from idp.limits.model import Counted, Limit, OverLimit

if TYPE_CHECKING:
    from idp.transaction import Tx

_MOST_KNOWN = 50_000
_LONGEST_PART = 100


Counter = tuple[Limit, str]
"""A limit and whose count it is, its parts joined by `whose`."""


def whose(*parts: str) -> str:
    """Return the name of a counter; a stranger's text is cut to a length."""
    return "\n".join(part[:_LONGEST_PART] for part in parts)


class Limits:
    """What this node counts, and what it knows to be over."""

    def __init__(self, database: "Database[Tx]") -> None:
        self._database = database
        self._over: OrderedDict[Counter, datetime] = OrderedDict()

    @property
    def are_all_kept(self) -> bool:
        """Tell whether nobody is known to be over a limit, so that there is nothing to look up."""
        return not self._over

    def check(self, *counters: Counter, now: datetime) -> None:
        """Refuse, if this node knows that one of these has had its share; raises OverLimit."""
        for counter in counters:
            until = self._over.get(counter)
            if until is None:
                continue
            if now < until <= now + counter[0].value.window + CLOCKS_APART:
                raise OverLimit.until(until, counter[0], now=now)
            del self._over[counter]

    async def count(self, *counters: Counter, now: datetime) -> None:
        """Count one for each; from the last that is allowed on, `check` refuses until its window is over."""
        outcome = await self._database.transact(partial(_count, counters=counters, now=now))
        for counter, counted in zip(counters, outcome.unwrap(), strict=True):
            self.learn(counter, counted)

    def learn(self, counter: Counter, counted: Counted) -> None:
        """Take what a transaction that counted for itself has found."""
        if counted.count >= counter[0].value.most:
            self._over[counter] = counted.ends_at
            self._over.move_to_end(counter)
            while len(self._over) > _MOST_KNOWN:
                self._over.popitem(last=False)


def _count(tx: "Tx", *, counters: tuple[Counter, ...], now: datetime) -> Done[tuple[Counted, ...]]:
    found = {}
    for counter in sorted(counters, key=_order):
        found[counter] = tx.limits.count(*counter, now)
    return Done(tuple(found[counter] for counter in counters))


def _order(counter: Counter) -> tuple[str, str]:
    """Rows are always locked in one order, so that two who count never wait for each other."""
    return counter[0].value.name, counter[1]
