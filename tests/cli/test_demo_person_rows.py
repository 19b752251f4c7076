"""The rows of a large city's people, made in one go, are those that the stores make of each person (adr/0040)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from demo.city import Person as CityPerson
from demo.city import stream
from demo.city.moves import earlier_address
from idp.cli.demo_load import MOMENT
from idp.cli.demo_people import also_found_by, as_address, as_person
from idp.cli.demo_person_rows import PersonRows
from idp.database import Sealed, metadata
from idp.database.loading import new_rows
from idp.days import start_of
from idp.ids import PersonId
from idp.people.identifiers import normal_form, profile_identifiers
from idp.people.store.addresses import address_row
from idp.people.store.identifiers import Holding, identifier_row
from idp.people.store.person_row import person_row
from keys.envelope import Vault
from keys.master import KEY_BYTES, MasterKey

SIZE, SEED = 3_000, 31
VAULT = Vault(MasterKey(current=2, versions={1: b"o" * KEY_BYTES, 2: b"n" * KEY_BYTES}))
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def people() -> list[CityPerson]:
    return [one for one in stream(SIZE, SEED) if isinstance(one, CityPerson)]


def _by_the_stores(one: CityPerson) -> Iterator[tuple[str, dict[str, object]]]:
    person = as_person(one, MOMENT)
    yield "people", person_row(VAULT, person)
    for scheme, value in profile_identifiers(person.profile).items():
        held = Holding(person_id=person.person_id, scheme=scheme, value=value, valid_from=MOMENT)
        yield "person_identifiers", identifier_row(VAULT, held)
    for more in also_found_by(one):
        held = Holding(
            person_id=person.person_id,
            scheme=more.scheme,
            value=normal_form(more.scheme, more.value),
            valid_from=more.valid_to or MOMENT,
            valid_to=more.valid_to,
            cause=more.cause,
        )
        yield "person_identifiers", identifier_row(VAULT, held)
    assert person.profile.address is not None
    here = address_row(VAULT, person, person.profile.address, recorded_at=MOMENT)
    yield "person_addresses", here
    before = earlier_address(one, SEED)
    if before is not None:
        row = address_row(VAULT, person, as_address(before), recorded_at=start_of(before.valid_from))
        yield "person_addresses", row | {"valid_to": here["valid_from"]}


def _opened(table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[Row]:
    """Return the rows in the order of their keys, what is sealed opened."""
    kinds = {name: metadata.tables[table].c[name].type for name in columns}
    sealed = {name: kind.purpose for name, kind in kinds.items() if isinstance(kind, Sealed)}
    opened: list[dict[str, Any]] = [dict(zip(columns, row, strict=True)) for row in rows]
    for row in opened:
        for name, purpose in sealed.items():
            assert VAULT.version_of(row[name]) == 2
            row[name] = VAULT.open_text(row[name], purpose=purpose.format(**row))
    keys = [column.name for column in metadata.tables[table].primary_key]
    return sorted(opened, key=lambda row: tuple(row[key] for key in keys))


def test_they_are_the_rows_that_the_stores_make_of_each(people: list[CityPerson]) -> None:
    expected: dict[str, list[dict[str, object]]] = {}
    for one in people:
        for table, row in _by_the_stores(one):
            expected.setdefault(table, []).append(row)
    ids = {PersonId(str(one.uuid)): one for one in people}
    made = dict(PersonRows(VAULT, SEED, MOMENT).of(ids))
    assert made.keys() == expected.keys() == {"people", "person_identifiers", "person_addresses"}
    for table, rows in made.items():
        assert _opened(table, *rows) == _opened(table, *new_rows(table, expected[table])), table
        in_order = [(row[0], row[1]) for row in rows.values]
        assert in_order == sorted(in_order)
    assert any(one["cause"] for one in expected["person_identifiers"])
    assert len(expected["person_addresses"]) > SIZE
    assert any(one.nationality != "VNM" for one in people)
    assert len({one.account_level for one in people}) == 3


def test_no_two_values_are_sealed_with_one_nonce(people: list[CityPerson]) -> None:
    ids = {PersonId(str(one.uuid)): one for one in people}
    sealed = [
        value[:13]
        for table, (columns, rows) in PersonRows(VAULT, SEED, MOMENT).of(ids)
        for name in columns
        if isinstance(metadata.tables[table].c[name].type, Sealed)
        for value in (row[columns.index(name)] for row in rows)
        if isinstance(value, bytes)
    ]
    assert len(set(sealed)) == len(sealed) > 3 * SIZE
