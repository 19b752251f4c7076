"""Counters of what is limited: one statement counts and says where the count stands, on every node the same row.

Whose a row is stands there as a keyed digest; a row is worth nothing once its window is over, and a job erases it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, Table, bindparam, case, or_
from sqlalchemy.dialects.postgresql import insert

from idp.clock import CLOCKS_APART
from idp.database import Digest, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.limits.model import Counted, Limit
from keys.envelope import Vault

limits = Table(
    "limits",
    metadata,
    Column("counter", Digest, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Index("ix_limits_ends_at", "ends_at"),
)

_is_over = or_(
    limits.c.ends_at <= bindparam("now", type_=UtcTime),
    limits.c.ends_at > bindparam("latest", type_=UtcTime),  # of a clock that ran ahead
)
_COUNT = (
    insert(limits)
    .values(counter=bindparam("this_counter"), count=1, ends_at=bindparam("ends"))
    .on_conflict_do_update(
        index_elements=["counter"],
        set_={
            "count": case((_is_over, 1), else_=limits.c.count + 1),
            "ends_at": case((_is_over, bindparam("ends", type_=UtcTime)), else_=limits.c.ends_at),
        },
    )
    .returning(limits.c.count, limits.c.ends_at)
)
_ERASE = delete_oldest((limits.c.counter,), limits.c.ends_at)


@dataclass(frozen=True, slots=True)
class LimitStore:
    """The counters of one transaction."""

    connection: Connection
    vault: Vault

    def count(self, limit: Limit, whose: str, now: datetime) -> Counted:
        """Count one more; a window that is over begins anew."""
        counter = self.vault.digest(f"{limit.value.name}\n{whose}")
        ends = now + limit.value.window
        given = {"this_counter": counter, "now": now, "ends": ends, "latest": ends + CLOCKS_APART}
        count, ends_at = self.connection.execute(_COUNT, given).one()
        return Counted(count=count, ends_at=ends_at)

    def erase_over(self, before: datetime, limit: int) -> int:
        """Delete counters whose window is over by then."""
        return erase(self.connection, _ERASE, before, limit)
