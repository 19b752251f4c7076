"""Finding people by whatever is known of them, however many there are: SELECT only, each statement by an index.

What is found whole is looked up by keyed digest (DESIGN 5.10); a name by the beginning of its fold, with birth year or
commune or both, page after page in one order. Numbers leave masked. Who asks is recorded by the caller
(idp/reports/finding.py).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Connection, Row, Select, and_, bindparam, func, literal, or_, select, tuple_

from idp.ids import PersonId
from idp.people.asked import Asked, Kind, NotSearchable
from idp.people.identifiers import FOUND_WHEN_OLD
from idp.people.rows import profile_of
from idp.people.store.identifiers import lookups, person_identifiers
from idp.people.store.person_row import PROFILE_PURPOSE
from idp.people.store.table import people
from idp.ui.formatting import mask_id_number
from keys.envelope import Unsealable, Vault

PAGE = 20
MOST_NAMED = 200
"""People of one name that are shown at all, page by page; who finds more has to say more of whom they mean."""
_CURSOR = "people-search.cursor"
_AFTER_ALL_LETTERS = "\U0010ffff"

_p, _i = people.c, person_identifiers.c


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """One of those found, as far as whoever looks may see."""

    person_id: PersonId
    name: str = field(repr=False)
    birth_year: int | None
    number: str | None
    """Masked."""
    commune_code: str
    account_level: int
    status: str
    stands_for: PersonId | None
    """The record that this one was merged into."""
    is_former: bool = False
    """Found by a number that was replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of those found, in order."""

    people: tuple[FoundPerson, ...]
    after: str = ""
    """Where the next page begins, sealed; empty: there is none."""
    is_too_broad: bool = False
    """More people have such a name than are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Up to where a search by name has been shown."""

    name_fold: str = field(repr=False)
    person_id: str
    shown: int


def search(connection: Connection, vault: Vault, asked: Asked, place: Place | None = None) -> Page:
    """Return those found, from a place on that `read_cursor` gave."""
    if asked.kind is not Kind.NAME:
        return _whole(connection, vault, asked)
    start = place or Place(name_fold=asked.value, person_id="", shown=0)
    given: dict[str, object] = {"beyond": asked.value + _AFTER_ALL_LETTERS}
    if asked.birth_year is not None:
        given["of_year"] = asked.birth_year
    if asked.commune_code:
        given["of_commune"] = asked.commune_code
    named, counted = _BY_NAME[asked.birth_year is not None, bool(asked.commune_code)]
    after = {"after_name": start.name_fold, "after_person": start.person_id}
    rows = connection.execute(named, {**given, **after, "most": PAGE + 1}).all()
    total = connection.execute(counted, {**given, "prefix": asked.value, "most": MOST_NAMED + 1}).scalar_one()
    shown = start.shown + min(len(rows), PAGE)
    more = len(rows) > PAGE and shown < MOST_NAMED
    last = rows[PAGE - 1] if more else None
    return Page(
        people=tuple(_found(vault, row) for row in rows[:PAGE]),
        after="" if last is None else _cursor(vault, asked, last, shown),
        is_too_broad=total > MOST_NAMED,
    )


def read_cursor(vault: Vault, asked: Asked, unverified_cursor: str) -> Place | None:
    """Return the place that a page named, None for the first; NotSearchable if it is of another search."""
    if not unverified_cursor:
        return None
    try:
        said, *place = json.loads(vault.open_compact(unverified_cursor, purpose=_CURSOR))
    except Unsealable:
        said, place = None, []
    if said != _of(asked):
        raise NotSearchable("this page is of another search")
    name_fold, person_id, shown = place
    return Place(name_fold=name_fold, person_id=person_id, shown=shown)


def _cursor(vault: Vault, asked: Asked, last: Row[Any], shown: int) -> str:
    return vault.seal_compact(
        json.dumps([_of(asked), last.name_fold, last.person_id, shown]), purpose=_CURSOR
    )


def _of(asked: Asked) -> list[object]:
    return [asked.value, asked.birth_year, asked.commune_code]


def _whole(connection: Connection, vault: Vault, asked: Asked) -> Page:
    found: dict[str, FoundPerson] = {}
    for scheme in asked.schemes:
        given = {
            "of_scheme": scheme.value,
            "lookups": lookups(vault, scheme, asked.value),
            "when_old": scheme in FOUND_WHEN_OLD,
            "most": PAGE,
        }
        for row in connection.execute(_WHOLE, given):
            found.setdefault(row.person_id, _found(vault, row, is_former=row.valid_to is not None))
    return Page(people=tuple(found.values())[:PAGE])


def _found(vault: Vault, row: Row[Any], *, is_former: bool = False) -> FoundPerson:
    profile = profile_of(vault.open_text(row.profile, purpose=PROFILE_PURPOSE))
    number = profile.personal_id or profile.foreigner_id
    return FoundPerson(
        person_id=PersonId(row.person_id),
        name=profile.full_name,
        birth_year=row.birth_year,
        number=mask_id_number(number).shown if number else None,
        commune_code=row.commune_code,
        account_level=row.account_level,
        status=row.status,
        stands_for=None if row.canonical_id is None else PersonId(row.canonical_id),
        is_former=is_former,
    )


_WHOLE = (
    select(people, _i.valid_to)
    .join(person_identifiers, and_(_i.bucket == _p.bucket, _i.person_id == _p.person_id))
    .where(
        _i.scheme == bindparam("of_scheme"),
        _i.lookup.in_(bindparam("lookups", expanding=True)),
        or_(_i.valid_to.is_(None), bindparam("when_old", type_=Boolean)),
    )
    .order_by(_i.lookup, _i.holder)
    .limit(bindparam("most"))
)


def _by_name(*, by_year: bool, by_commune: bool) -> tuple[Select[Any], Select[Any]]:
    """Return what finds a page of people, and what counts them up to a bound."""
    narrowed = [_p.name_fold < bindparam("beyond")]
    if by_year:
        narrowed.append(_p.birth_year == bindparam("of_year"))
    if by_commune:
        narrowed.append(_p.commune_code == bindparam("of_commune"))
    after = tuple_(_p.name_fold, _p.person_id) > tuple_(
        bindparam("after_name", type_=_p.name_fold.type), bindparam("after_person", type_=_p.person_id.type)
    )
    page = select(people).where(*narrowed, after).order_by(_p.name_fold, _p.person_id)
    some = (
        select(literal(1).label("one"))
        .select_from(people)
        .where(*narrowed, _p.name_fold >= bindparam("prefix"))
        .order_by(_p.name_fold, _p.person_id)  # else a server may walk the table for a name that many have
        .limit(bindparam("most"))
        .subquery("some")
    )
    return page.limit(bindparam("most")), select(func.count()).select_from(some)


_BY_NAME: Mapping[tuple[bool, bool], tuple[Select[Any], Select[Any]]] = {
    (by_year, by_commune): _by_name(by_year=by_year, by_commune=by_commune)
    for by_year in (False, True)
    for by_commune in (False, True)
}
