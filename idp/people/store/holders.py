"""Who holds what is typed: one person or nobody, found by the keyed look-up of an exact value.

Whoever is found by a name they call themselves by has proved nothing yet, so that finding somebody must take what
finding nobody takes (SECURITY E16): the look-up goes to its place in the index and reads the two that come next there,
whoever they are; look-ups are keyed digests, so that those are of anybody. What is read of the others is dropped here.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Connection, Select, and_, bindparam, func, literal_column, or_, select

from idp.ids import PersonId
from idp.people.identifiers import FOUND_WHEN_OLD, normal_form
from idp.people.model import IdentifierScheme, Named, PersonStatus
from idp.people.store.identifiers import lookups, person_identifiers
from idp.people.store.table import people
from keys.envelope import Vault

_MOST_HOLDERS = 18
"""A record, the sixteen that may be merged into it (idp/merges/rules.py), and one more to tell that others share."""

_held = person_identifiers.c
_in_scheme = and_(
    _held.scheme == bindparam("of_scheme"),
    or_(_held.valid_to.is_(None), bindparam("when_old", type_=Boolean)),
)
_records = people.alias("held_by")
_stands = func.coalesce(_records.c.canonical_id, _records.c.person_id)
_is_the_one_who_stands = and_(people.c.bucket == func.substr(_stands, 1, 2), people.c.person_id == _stands)
_HOLDERS = (
    select(people, _records.c.person_id.label("record_id"), _records.c.account_level.label("record_level"))
    .select_from(person_identifiers)
    .join(_records, and_(_held.bucket == _records.c.bucket, _held.person_id == _records.c.person_id))
    .join(people, _is_the_one_who_stands)
    .where(_in_scheme)
    .order_by(_held.valid_from, _held.person_id)
    .limit(_MOST_HOLDERS)
)
_near = (
    select(_held.bucket, _held.person_id, _held.lookup)
    .where(_in_scheme, _held.lookup >= bindparam("from_lookup"))
    .order_by(_held.lookup, _held.holder)
    .limit(literal_column("2"))  # said to the planner, which else reckons with a tenth of all
    .subquery("next_two")
)
_NEXT_TWO = (
    select(_near.c.lookup, people.c.person_id, people.c.status, _records.c.person_id.label("record_id"))
    .select_from(_near)
    .join(_records, and_(_near.c.bucket == _records.c.bucket, _near.c.person_id == _records.c.person_id))
    .join(people, _is_the_one_who_stands)
)


def who_holds(vault: Vault, scheme: IdentifierScheme, value: str) -> tuple[Select[Any], dict[str, object]]:
    """Return the statement for who holds an identifier, and its values; `one_of` reads the rows.

    They have the person's columns, `record_id` and `record_level`.
    """
    found = lookups(vault, scheme, normal_form(scheme, value))
    given = {f"lookup_{place}": lookup for place, lookup in enumerate(found)}
    return _of_lookups(len(found)), {**_in(scheme), **given}


def find_named(connection: Connection, vault: Vault, scheme: IdentifierScheme, value: str) -> Named | None:
    """Return the one person who is called so, opening nothing of theirs; None: nobody, or several."""
    found = lookups(vault, scheme, normal_form(scheme, value))
    near: list[Any] = []
    for lookup in found:  # one for each version of the master key
        near += connection.execute(_NEXT_TWO, {**_in(scheme), "from_lookup": lookup})
    named = [(row.lookup in found, _named(row)) for row in near]
    holders = [one for is_holder, one in named if is_holder]
    if len(holders) < 2:
        return holders[0] if holders else None
    row = one_of(connection.execute(*who_holds(vault, scheme, value)).all())
    return None if row is None else _named(row)


def _named(row: Any) -> Named:
    return Named(
        person_id=PersonId(row.person_id), record_id=PersonId(row.record_id), status=PersonStatus(row.status)
    )


def _in(scheme: IdentifierScheme) -> dict[str, object]:
    return {"of_scheme": scheme, "when_old": scheme in FOUND_WHEN_OLD}


@cache
def _of_lookups(number: int) -> Select[Any]:
    """Compare with so many, one for each version of the master key: plain, so that the driver runs it."""
    names: list[Any] = [bindparam(f"lookup_{place}") for place in range(number)]
    return _HOLDERS.where(_held.lookup.in_(names))


def one_of(rows: Sequence[Any]) -> Any:
    """Return the row that holds the name for the one person it is of; None: nobody's, or several people's."""
    if len({row.person_id for row in rows}) != 1:
        return None
    return next((one for one in rows if one.record_id == one.person_id), rows[0])
