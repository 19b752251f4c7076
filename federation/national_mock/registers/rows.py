"""Single records of the registers, read and written in the caller's transaction."""

from sqlalchemy import Connection, String, cast, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from federation.national_mock import database
from federation.national_mock.accounts import Account, columns_of
from federation.national_mock.registers import tables
from federation.national_mock.registers.records import Enterprise, Person


def find_person(connection: Connection, personal_id: str, *, also_former: bool = False) -> Person | None:
    """Return the person of this number; with `also_former` of a cancelled one too."""
    if also_former:
        former = select(tables.former_numbers.c.personal_id).where(
            tables.former_numbers.c.former_id == personal_id
        )
        personal_id = connection.execute(former).scalar_one_or_none() or personal_id
    query = select(tables.people.c.record).where(tables.people.c.personal_id == personal_id)
    record = connection.execute(query).scalar_one_or_none()
    return None if record is None else Person.model_validate(record)


def put_person(connection: Connection, person: Person, *, instead_of: str | None = None) -> None:
    """Keep the record, under another number than before where it changed."""
    if instead_of is not None and instead_of != person.personal_id:
        connection.execute(delete(tables.people).where(tables.people.c.personal_id == instead_of))
        moved = update(tables.former_numbers).where(tables.former_numbers.c.personal_id == instead_of)
        connection.execute(moved.values(personal_id=person.personal_id))
        former = {"former_id": instead_of, "personal_id": person.personal_id}
        connection.execute(insert(tables.former_numbers).values(former))
    row = {"personal_id": person.personal_id, "record": person.model_dump(mode="json")}
    changed = upsert(tables.people).values(row)
    connection.execute(changed.on_conflict_do_update(index_elements=["personal_id"], set_=row))


def find_enterprise(connection: Connection, tax_code: str) -> Enterprise | None:
    query = select(tables.enterprises.c.record).where(tables.enterprises.c.tax_code == tax_code)
    record = connection.execute(query).scalar_one_or_none()
    return None if record is None else Enterprise.model_validate(record)


def put_enterprise(connection: Connection, enterprise: Enterprise) -> None:
    kept = update(tables.enterprises).where(tables.enterprises.c.tax_code == enterprise.tax_code)
    connection.execute(kept.values(record=enterprise.told()))


def enterprises_of(connection: Connection, personal_id: str) -> list[Enterprise]:
    """Return the enterprises for which this person acts."""
    record = tables.enterprises.c.record
    named = cast(record, String).contains(f'"{personal_id}"', autoescape=True)
    found = [
        Enterprise.model_validate(row) for row in connection.execute(select(record).where(named)).scalars()
    ]
    return [one for one in found if any(who.personal_id == personal_id for who in one.representatives)]


def citizens_account(connection: Connection, number: str) -> Account | None:
    """Return the account of the citizen with this number."""
    table = database.accounts
    query = select(table.c.record).where(table.c.number == number, table.c.account_type == "citizen")
    record = connection.execute(query.limit(1)).scalar_one_or_none()
    return None if record is None else Account.model_validate(record)


def enterprises_account(connection: Connection, tax_code: str) -> Account | None:
    """Return the account of the enterprise with this tax code."""
    table = database.accounts
    query = select(table.c.record).where(table.c.tax_code == tax_code, table.c.account_type != "citizen")
    record = connection.execute(query.limit(1)).scalar_one_or_none()
    return None if record is None else Account.model_validate(record)


def put_account(connection: Connection, account: Account) -> None:
    """Keep what changed in the account; the password stays."""
    kept = update(database.accounts).where(database.accounts.c.sub == account.sub)
    connection.execute(kept.values(columns_of(account)))
