"""Agencies: a tree by code. Codes sort by their bytes, so that what lies below one is a range.

`parent_code` repeats the code but for its last group; as a foreign key it keeps the tree whole.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    Table,
    Text,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.organisations.model import Agency, AgencyKind
from keys.envelope import Vault

_BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")

agencies = Table(
    "agencies",
    metadata,
    Column("code", _BYTE_ORDER, primary_key=True),
    Column("parent_code", _BYTE_ORDER, ForeignKey("agencies.code")),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ward_code", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index("ix_agencies_parent_code", "parent_code"),
)

_t = agencies.c
_GET = select(agencies).where(_t.code == bindparam("of_code"))
_LOCK = select(_t.code).where(_t.code == bindparam("of_code")).with_for_update()
_HOLD = _GET.with_for_update(read=True)
_BELOW = select(agencies).where(_t.parent_code == bindparam("of_parent")).order_by(_t.code)
_given = insert(agencies)
_PUT = _given.on_conflict_do_update(
    index_elements=["code"],
    set_={
        name: _given.excluded[name]
        for name in ("name", "kind", "ward_code", "source", "source_at", "updated_at", "ended_at")
    },
    where=_t.source_at <= _given.excluded.source_at,
).returning(_t.code)
_END = (
    update(agencies)
    .where(_t.code == bindparam("of_code"), _t.ended_at.is_(None))
    .values(ended_at=bindparam("now"), updated_at=bindparam("now"))
    .returning(_t.code)
)
_COUNT = select(func.count()).select_from(agencies)


@dataclass(frozen=True, slots=True)
class AgencyStore:
    """The agencies of one transaction; all codes in normal form."""

    connection: Connection
    vault: Vault

    def get(self, code: str) -> Agency | None:
        """Return an agency, also one that ended."""
        row = self.connection.execute(_GET, {"of_code": code}).one_or_none()
        return None if row is None else _agency(row)

    def lock(self, code: str) -> None:
        """Let no other transaction that locks it go on before this one ends (the rule's root row)."""
        if self.connection.dialect.name != "sqlite":  # which has one writer anyway
            self.connection.execute(_LOCK, {"of_code": code})

    def hold(self, code: str) -> Agency | None:
        """Return an agency, and let nobody end or change it before this transaction does; others may hold it too."""
        row = self.connection.execute(_HOLD, {"of_code": code}).one_or_none()
        return None if row is None else _agency(row)

    def below(self, code: str) -> tuple[Agency, ...]:
        """Return the agencies right below one, in the order of their codes."""
        return tuple(_agency(row) for row in self.connection.execute(_BELOW, {"of_parent": code}))

    def put(self, agency: Agency) -> bool:
        """Store an agency or what changed of it; False if what is kept is of later. Its parent must be there."""
        given = {
            "code": agency.code,
            "parent_code": agency.parent_code,
            "name": agency.name,
            "kind": agency.kind.value,
            "ward_code": agency.ward_code,
            "source": agency.source,
            "source_at": agency.source_at,
            "updated_at": agency.updated_at,
            "ended_at": agency.ended_at,
        }
        return self.connection.execute(_PUT, given).first() is not None

    def end(self, code: str, now: datetime) -> bool:
        """End an agency; True if this call did."""
        return self.connection.execute(_END, {"of_code": code, "now": now}).first() is not None

    def count(self) -> int:
        """Return how many there are, ended ones too."""
        return self.connection.execute(_COUNT).scalar_one()


def _agency(row: Row[Any]) -> Agency:
    return Agency(
        code=row.code,
        name=row.name,
        kind=AgencyKind(row.kind),
        ward_code=row.ward_code,
        source=row.source,
        source_at=row.source_at,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
    )
