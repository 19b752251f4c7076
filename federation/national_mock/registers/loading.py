"""The registers as the file has them; without a file, as the accounts let one suppose."""

import json
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, delete, insert

from federation.national_mock.accounts import Account
from federation.national_mock.registers import tables
from federation.national_mock.registers.records import (
    Card,
    Enterprise,
    Person,
    Registers,
    Representative,
    Residence,
)


def read_registers(path: Path) -> Registers:
    """Read and check the registers file."""
    return Registers.model_validate(json.loads(path.read_text(encoding="utf-8")))


def registers_of(accounts: Iterable[Account]) -> Registers:
    """Return registers that hold who and what has an account."""
    given = list(accounts)
    return Registers(
        people=tuple(_person(account) for account in given if account.account_type == "citizen"),
        enterprises=tuple(
            _enterprise(account, account.enterprise.tax_code)
            for account in given
            if account.enterprise is not None and account.enterprise.tax_code
        ),
    )


def load(connection: Connection, registers: Registers) -> None:
    """Make the tables hold exactly these records."""
    for table in (tables.people, tables.former_numbers, tables.enterprises):
        connection.execute(delete(table))
    people = [
        {"personal_id": one.personal_id, "record": one.model_dump(mode="json")} for one in registers.people
    ]
    former = [
        {"former_id": number, "personal_id": one.personal_id}
        for one in registers.people
        for number in one.former_ids
    ]
    enterprises = [{"tax_code": one.tax_code, "record": one.told()} for one in registers.enterprises]
    for table, rows in (
        (tables.people, people),
        (tables.former_numbers, former),
        (tables.enterprises, enterprises),
    ):
        if rows:
            connection.execute(insert(table), rows)


def _person(account: Account) -> Person:
    *before, given_name = account.full_name.split() or [account.full_name]
    address = account.address
    return Person(
        personal_id=account.number,
        dead=account.status == "deceased",
        locked=account.status == "locked",
        family_name=before[0] if before else "",
        middle_name=" ".join(before[1:]),
        given_name=given_name,
        name=account.full_name,
        gender=account.sex,
        birthdate=account.birth_date,
        account_level=account.account_level or 1,
        card=Card(status="expired" if account.status == "expired_card" else "valid", expires_on=None),
        residence=Residence(
            ward_code=(address and address.ward_code) or "", detail=(address and address.detail) or ""
        ),
    )


def _enterprise(account: Account, tax_code: str) -> Enterprise:
    named = account.representative
    return Enterprise(
        tax_code=tax_code,
        name=account.full_name,
        status="dissolved" if account.status == "dissolved" else "active",
        representatives=(Representative(personal_id=named.number),) if named else (),
    )
