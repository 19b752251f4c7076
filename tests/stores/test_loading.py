"""Rows by the thousand in one transaction (idp/database/loading.py); on PostgreSQL they are copied."""

from typing import Any

import pytest
from sqlalchemy import Boolean, Integer, LargeBinary, String, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from idp.database import Database, UtcTime, metadata
from idp.database.loading import NewRows, add_rows, new_rows
from idp.people.model import Address, PersonStatus
from idp.people.store.addresses import address_row
from idp.people.store.person_row import person_row
from idp.people.store.table import people
from tests.stores.samples import NOW, do, make_person, see

_MANY = 300


def _rows(tx: Any, persons: list[Any]) -> dict[str, NewRows]:
    vault = tx.people.vault
    home = Address(ward_code="11311", detail="số 1")
    rows = {
        "person_addresses": [address_row(vault, one, home, recorded_at=NOW) for one in persons],
        "people": [person_row(vault, one) for one in persons],
    }
    return {table: new_rows(table, some) for table, some in rows.items()}


async def test_many_rows_are_all_there_as_one_by_one(database: Database[Any]) -> None:
    persons = [make_person(f"Nguyễn {number}") for number in range(_MANY)]
    await do(database, lambda tx: add_rows(tx.connection, _rows(tx, persons)))
    assert await see(database, lambda tx: [tx.people.get(one.person_id) for one in persons]) == persons
    await do(database, lambda tx: add_rows(tx.connection, _rows(tx, [make_person()])))
    assert await see(database, lambda tx: tx.people.count()) == _MANY + 1


async def test_what_is_there_already_undoes_it_all_by_the_same_name_as_one_row_would(
    database: Database[Any],
) -> None:
    persons = [make_person() for _ in range(_MANY)]
    await do(database, lambda tx: tx.people.add(persons[-1]))
    with pytest.raises(IntegrityError):
        await do(database, lambda tx: add_rows(tx.connection, _rows(tx, persons)))
    assert await see(database, lambda tx: tx.people.count()) == 1
    await do(database, lambda tx: tx.people.add(persons[0]))
    assert await see(database, lambda tx: tx.people.count()) == 2


async def test_columns_may_come_in_any_order_and_none_is_taken_for_another(database: Database[Any]) -> None:
    person = make_person("Trần Văn Ngược")

    def add(tx: Any) -> None:
        columns, values = _rows(tx, [person])["people"]
        add_rows(tx.connection, {"people": NewRows(columns[::-1], [row[::-1] for row in values])})

    await do(database, add)
    assert await see(database, lambda tx: tx.people.get(person.person_id)) == person


def test_no_column_has_a_type_that_the_drivers_take_each_in_its_own_way() -> None:
    as_they_are = (String, Integer, Boolean, LargeBinary, UtcTime)
    for table in metadata.tables.values():
        for column in table.columns:
            assert isinstance(column.type, as_they_are), f"add_rows doesn't know how to add {column}"


async def test_a_transaction_goes_on_after_a_copy_and_reads_what_was_copied(database: Database[Any]) -> None:
    persons = [make_person() for _ in range(_MANY)]
    last = make_person()

    def both(tx: Any) -> int:
        tx.people.add(last)
        add_rows(tx.connection, _rows(tx, persons))
        assert tx.people.set_status(last.person_id, PersonStatus.LOCKED, "test", NOW)
        return len(tx.connection.execute(select(people.c.person_id)).all())

    assert await do(database, both) == _MANY + 1


async def test_a_wrong_value_among_many_is_an_error_of_the_driver(database: Database[Any]) -> None:
    persons = [make_person() for _ in range(_MANY)]

    def wrong(tx: Any) -> None:
        rows = _rows(tx, persons)
        columns, values = rows["people"]
        spoilt = tuple(
            None if name == "commune_code" else one for name, one in zip(columns, values[7], strict=True)
        )
        add_rows(tx.connection, {"people": NewRows(columns, [*values[:7], spoilt, *values[8:]])})

    with pytest.raises(DBAPIError):
        await do(database, wrong)
    assert await see(database, lambda tx: tx.people.count()) == 0
