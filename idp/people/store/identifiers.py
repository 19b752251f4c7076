"""What people are found by: sealed, with a keyed look-up for exact matches (DESIGN 5.10).

A row stays when its identifier is replaced (`valid_to`): an old ID number still finds its person, an old
phone number does not. `holder` is empty where one person alone may have the value, else it is the person: one
unique index serves both kinds, and no two transactions can give one ID number to two people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import Digest, Resealing, Sealed, UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from idp.people.identifiers import OF_ONE_PERSON, IdentifierTaken
from idp.people.model import IdentifierScheme
from keys.envelope import Vault

_PURPOSE = "identifier.{scheme}"

person_identifiers = Table(
    "person_identifiers",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("lookup", Digest, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("value", Sealed(_PURPOSE, Resealing.WITH_LOOKUP), nullable=False),
    Column("valid_from", UtcTime, nullable=False),
    Column("valid_to", UtcTime),
    Column("cause", Text, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    UniqueConstraint("scheme", "lookup", "holder"),
)

_t = person_identifiers.c
_t_twin = person_identifiers.alias("twin")
_insert = insert(person_identifiers)
_HOLD = _insert.on_conflict_do_update(
    index_elements=["scheme", "lookup", "holder"],
    set_={"valid_to": _insert.excluded.valid_to, "cause": _insert.excluded.cause},
    where=_t.person_id == _insert.excluded.person_id,
).returning(_t.scheme, _t.lookup, _t.holder)
_HELD_BY_ANOTHER = select(_t.person_id).where(
    _t.scheme == bindparam("of_scheme"),
    _t.lookup.in_(bindparam("lookups", expanding=True)),
    _t.person_id != bindparam("of_person"),
)
_END = (
    update(person_identifiers)
    .where(
        *of_person(person_identifiers),
        _t.scheme == bindparam("of_scheme"),
        _t.lookup.in_(bindparam("lookups", expanding=True)),
        _t.valid_to.is_(None),
    )
    .values(valid_to=bindparam("now"), cause=bindparam("why"))
)
_OF_PERSON = (
    select(person_identifiers)
    .where(*of_person(person_identifiers))
    .order_by(_t.valid_from, _t.scheme, _t.lookup)
)

_twin = _t_twin.c
_is_twin = and_(
    _twin.scheme == bindparam("of_scheme"),
    _twin.lookup == bindparam("new_lookup"),
    _twin.holder == bindparam("of_holder"),
)
_this_row = and_(
    _t.bucket == bindparam("of_bucket"),
    _t.person_id == bindparam("of_person_id"),
    _t.scheme == bindparam("of_scheme"),
    _t.lookup == bindparam("of_lookup"),
    _t.value == bindparam("of_value"),
)
_has_no_twin = or_(
    _t.lookup == bindparam("new_lookup"), ~select(literal(1)).select_from(_t_twin).where(_is_twin).exists()
)
_MOVE = (
    update(person_identifiers)
    .where(_this_row, _has_no_twin)
    .values(lookup=bindparam("new_lookup"), value=bindparam("new_value"))
)
_FIND_TWIN = select(_twin.person_id).where(_is_twin)
_HELD_SINCE = (
    update(person_identifiers)
    .where(
        _t.scheme == bindparam("of_scheme"),
        _t.lookup == bindparam("new_lookup"),
        _t.holder == bindparam("of_holder"),
        _t.valid_from > bindparam("from", type_=UtcTime),
    )
    .values(valid_from=bindparam("from", type_=UtcTime))
)
_DROP = delete(person_identifiers).where(_this_row)
_FORGET = delete(person_identifiers).where(*of_person(person_identifiers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One person holds one identifier, in normal form, from one moment on."""

    person_id: PersonId
    scheme: IdentifierScheme
    value: str = field(repr=False)
    valid_from: datetime
    valid_to: datetime | None = None
    cause: str = ""


def hold(connection: Connection, vault: Vault, holdings: Sequence[Holding]) -> None:
    """Store identifiers, or raise IdentifierTaken: then the transaction must roll back."""
    rows = [identifier_row(vault, holding) for holding in holdings]
    by_key = {(row["scheme"], row["lookup"], row["holder"]): row for row in rows}
    if not rows:
        return
    for holding in holdings:
        # The unique index compares look-ups of one key version; rows not yet resealed have an older one.
        older = lookups(vault, holding.scheme, holding.value)[1:]
        if older and holding.scheme in OF_ONE_PERSON:
            given = {"of_scheme": holding.scheme, "lookups": older, "of_person": holding.person_id}
            if connection.execute(_HELD_BY_ANOTHER, given).first() is not None:
                raise IdentifierTaken(holding.scheme)
    stored = connection.execute(_HOLD, list(by_key.values())).all()
    missing = by_key.keys() - {tuple(row) for row in stored}
    for row in rows:
        key = row["scheme"], row["lookup"], row["holder"]
        if key in missing or by_key[key]["person_id"] != row["person_id"]:
            raise IdentifierTaken(IdentifierScheme(str(row["scheme"])))


def end(
    connection: Connection,
    vault: Vault,
    person_id: PersonId,
    scheme: IdentifierScheme,
    value: str,
    *,
    now: datetime,
    cause: str = "",
) -> None:
    """Mark an identifier as replaced, and why."""
    given = {
        "of_bucket": bucket_of(person_id),
        "of_person": person_id,
        "of_scheme": scheme,
        "lookups": lookups(vault, scheme, value),
        "now": now,
        "why": cause,
    }
    connection.execute(_END, given)


def forget_identifiers(connection: Connection, person_id: PersonId) -> None:
    """Erase all that a person was ever found by."""
    connection.execute(_FORGET, person_given(person_id))


def holdings_of(connection: Connection, vault: Vault, person_id: PersonId) -> tuple[Holding, ...]:
    """Return what a person has and had, in the order it came."""
    rows = connection.execute(_OF_PERSON, person_given(person_id))
    return tuple(
        Holding(
            person_id=person_id,
            scheme=IdentifierScheme(row.scheme),
            value=vault.open_text(row.value, purpose=_PURPOSE.format(scheme=row.scheme)),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            cause=row.cause,
        )
        for row in rows
    )


def reseal(connection: Connection, vault: Vault, row: Mapping[str, Any]) -> bool:
    """Move a row to the current version of the master key, look-up and value; False if another changed it meanwhile.

    Where its person was given the same value under the current version already, that row stands for both. Unsealable
    if the value does not open; IdentifierTaken if another person has it.
    """
    purpose = _PURPOSE.format(scheme=row["scheme"])
    value = vault.open_text(row["value"], purpose=purpose)
    given = {
        **{f"of_{name}": row[name] for name in ("bucket", "person_id", "scheme", "lookup", "value")},
        "new_lookup": vault.lookup(value, purpose=purpose),
        "new_value": vault.seal_text(value, purpose=purpose),
        "of_holder": row["holder"],
        "from": row["valid_from"],
    }
    if connection.execute(_MOVE, given).rowcount:
        return True
    twin = connection.execute(_FIND_TWIN, given).one_or_none()
    if twin is None:
        return False
    if twin.person_id != row["person_id"]:
        raise IdentifierTaken(IdentifierScheme(row["scheme"]))
    connection.execute(_HELD_SINCE, given)
    return connection.execute(_DROP, given).rowcount == 1


def lookups(vault: Vault, scheme: IdentifierScheme, value: str) -> tuple[bytes, ...]:
    """Return what a value in normal form may be stored under."""
    return vault.lookups(value, purpose=_purpose(scheme))


def identifier_row(vault: Vault, holding: Holding) -> dict[str, object]:
    """Return the row of a holding, sealed, with its keyed look-up."""
    purpose = _purpose(holding.scheme)
    return {
        "bucket": bucket_of(holding.person_id),
        "person_id": holding.person_id,
        "scheme": holding.scheme.value,
        "lookup": vault.lookup(holding.value, purpose=purpose),
        "holder": "" if holding.scheme in OF_ONE_PERSON else holding.person_id,
        "value": vault.seal_text(holding.value, purpose=purpose),
        "valid_from": holding.valid_from,
        "valid_to": holding.valid_to,
        "cause": holding.cause,
    }


def _purpose(scheme: IdentifierScheme) -> str:
    return _PURPOSE.format(scheme=scheme.value)
