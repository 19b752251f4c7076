"""What is kept behind gates, and what one request changed of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from idp.database import metadata
from idp.transaction import Tx

GATED = (
    *("cases", "codes", "consents", "contact_codes", "contacts", "cross_device_sign_ins", "data_copies"),
    *("data_requests", "desk_cases", "devices", "dispute_links", "external_links", "grants", "life_grounds"),
    *("mandate_firms", "mandate_invitations", "mandate_removals", "mandates", "passkeys", "password_proofs"),
    *("passwords", "people", "person_identifiers", "recovery_codes", "recovery_holds", "sessions"),
    *("sign_in_codes", "totp"),
)
"""Tables into which nothing may be written by a request that has not passed its gates."""

Row = Mapping[str, Any]
Kept = Mapping[str, Mapping[tuple[Any, ...], Row]]
_READS = {name: select(metadata.tables[name]) for name in GATED}
_NAMES = {name: tuple(metadata.tables[name].columns.keys()) for name in GATED}
_KEYS = {name: tuple(column.name for column in metadata.tables[name].primary_key) for name in GATED}
_KEYS["devices"] = ("device_id",)  # its cookie, a part of the key, is renewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row that came, went or became another."""

    table: str
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """The row as it is, or as it was last."""
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found

    @property
    def columns(self) -> frozenset[str]:
        """What changed in a row that stayed; nothing where it came or went."""
        if self.before is None or self.after is None:
            return frozenset()
        return frozenset(name for name in self.after if self.after[name] != self.before[name])

    @property
    def kind(self) -> str:
        """One word for what happened."""
        return "insert" if self.before is None else "delete" if self.after is None else "update"


def read_tables(tx: Tx, *, names: Collection[str]) -> Kept:
    """Return these tables, each row by its key."""
    kept = {}
    for name in names:
        rows = [dict(zip(_NAMES[name], row, strict=True)) for row in tx.connection.execute(_READS[name])]
        kept[name] = {tuple(row[column] for column in _KEYS[name]): row for row in rows}
    return kept


def changes(before: Kept, after: Kept) -> Iterator[Change]:
    """Yield what is different."""
    for name in GATED:
        old, new = before[name], after[name]
        if old is new or old == new:
            continue
        for key in {**old, **new}:
            if old.get(key) != new.get(key):
                yield Change(table=name, before=old.get(key), after=new.get(key))
