"""The operators' switch for an upstream that is being worked on: a row each, over by its own time."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, Text, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.upstreams.model import Maintenance
from keys.envelope import Vault

upstream_maintenance = Table(
    "upstream_maintenance",
    metadata,
    Column("upstream", Text, primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("set_by", Text, nullable=False),
)

_t = upstream_maintenance.c
_ALL = select(upstream_maintenance).order_by(_t.upstream)
_insert = insert(upstream_maintenance)
_SET = _insert.on_conflict_do_update(
    index_elements=["upstream"],
    set_={
        "since": _insert.excluded.since,
        "until": _insert.excluded.until,
        "set_by": _insert.excluded.set_by,
    },
)
_END = delete(upstream_maintenance).where(_t.upstream == bindparam("of_upstream")).returning(_t.until)


@dataclass(frozen=True, slots=True)
class MaintenanceStore:
    """The switches of one transaction. Whoever changes one raises the configuration's version."""

    connection: Connection
    vault: Vault

    def all(self) -> tuple[Maintenance, ...]:
        """Return every switch that was set and not taken back, those that are over too."""
        return tuple(
            Maintenance(upstream=row.upstream, since=row.since, until=row.until, set_by=row.set_by)
            for row in self.connection.execute(_ALL)
        )

    def set(self, maintenance: Maintenance) -> None:
        """Set the switch of an upstream, in place of what it was."""
        row = {
            "upstream": maintenance.upstream,
            "since": maintenance.since,
            "until": maintenance.until,
            "set_by": maintenance.set_by,
        }
        self.connection.execute(_SET, row)

    def end(self, upstream: str) -> bool:
        """Take a switch back; False if none was set."""
        return self.connection.execute(_END, {"of_upstream": upstream}).one_or_none() is not None
