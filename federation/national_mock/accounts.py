"""The accounts of the national system: one record per citizen, enterprise or organisation.

They come from a JSON file at every start and replace what the database held; what happened since then to a person or
an enterprise is applied again from the events (registers/).
Names are kept in Unicode NFC. A citizen signs in with the personal ID number; an organisation with its
number, tax code or TechID. Where a household business shares its owner's number, the number means the
owner.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self
from unicodedata import normalize

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from sqlalchemy import Engine, case, delete, insert, or_, select

from federation.national_mock import database
from federation.national_mock.passwords import PasswordHashes

Text = Annotated[str, AfterValidator(lambda text: normalize("NFC", text))]
Status = Literal["active", "locked", "deceased", "expired_card", "dissolved"]
_BIRTH_DATE = r"^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$"  # some records know the year only


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Address(_Part):
    province_code: str = "31"
    ward_code: str | None = None
    detail: Text | None = None


class Enterprise(_Part):
    tax_code: str | None = None
    code: str | None = None
    name: Text | None = None


class Representative(_Part):
    number: str
    full_name: Text


class Account(_Part):
    """What the national system asserts about one account. Its password is never part of it."""

    sub: str = Field(min_length=1, max_length=255)
    number: str = Field(min_length=1)
    account_type: Literal["citizen", "enterprise", "organisation"] = "citizen"
    account_level: Literal[1, 2] | None = None
    full_name: Text
    birth_date: str | None = Field(default=None, pattern=_BIRTH_DATE)
    sex: Literal["male", "female"] | None = None
    tech_id: str | None = None
    status: Status = "active"
    phone: str | None = None
    email: str | None = None
    address: Address | None = None
    nationality: str | None = None
    enterprise: Enterprise | None = None
    representative: Representative | None = None
    names_acting_person: bool = False
    persona_note_vi: Text = ""
    persona_note_en: Text = ""

    @model_validator(mode="after")
    def _never_name_the_account_after_the_number(self) -> Self:
        if self.sub == self.number:
            raise ValueError("sub must not be the personal ID number")
        return self

    @property
    def level(self) -> int:
        """Account level 01 or 02. Organisations have none: the person who enrolled one holds level 02."""
        if self.account_level is not None:
            return self.account_level
        return 1 if self.account_type == "citizen" else 2


class AccountEntry(Account):
    """One object of the accounts file: the account and its password, in clear in this file only."""

    password: Text = Field(min_length=1, repr=False)


def read_accounts(path: Path) -> list[AccountEntry]:
    """Read and check the accounts file."""
    return TypeAdapter(list[AccountEntry]).validate_python(json.loads(path.read_text(encoding="utf-8")))


def normalise_login(typed: str) -> str:
    """What a person typed as a number, without the spaces printed on cards and in the case of TechIDs."""
    return re.sub(r"\s", "", normalize("NFC", typed)).upper()


class AccountStore:
    """Accounts by subject and by what a person types to sign in."""

    def __init__(self, engine: Engine, hashes: PasswordHashes) -> None:
        self._engine = engine
        self._hashes = hashes

    def replace_all(self, entries: Iterable[AccountEntry]) -> None:
        """Make the database hold exactly these accounts."""
        rows = [self._row(entry) for entry in entries]
        with self._engine.begin() as connection:
            connection.execute(delete(database.accounts))
            if rows:
                connection.execute(insert(database.accounts), rows)

    def find(self, sub: str) -> Account | None:
        query = select(database.accounts.c.record).where(database.accounts.c.sub == sub)
        with self._engine.begin() as connection:
            record = connection.execute(query).scalar_one_or_none()
        return None if record is None else Account.model_validate(record)

    def find_number(self, number: str) -> Account | None:
        """Return whose number this is; where a household business shares it, the owner."""
        table = database.accounts
        query = select(table.c.record).where(table.c.number == number)
        first = query.order_by(case((table.c.account_type == "citizen", 0), else_=1)).limit(1)
        with self._engine.begin() as connection:
            record = connection.execute(first).scalar_one_or_none()
        return None if record is None else Account.model_validate(record)

    def check_password(self, login: str, password: str) -> Account | None:
        """The account of this number and password; as slow for a number that nobody has."""
        table = database.accounts
        is_organisation = table.c.account_type != "citizen"
        query = (
            select(table.c.record, table.c.password_hash)
            .where(
                or_(
                    table.c.number == login,
                    is_organisation & or_(table.c.tech_id == login, table.c.tax_code == login),
                )
            )
            .order_by(case((is_organisation, 1), else_=0), table.c.sub)
            .limit(1)
        )
        with self._engine.begin() as connection:
            row = connection.execute(query).one_or_none()
        known_hash = None if row is None else row.password_hash
        if not self._hashes.verify(known_hash, normalize("NFC", password)) or row is None:
            return None
        return Account.model_validate(row.record)

    def _row(self, entry: AccountEntry) -> dict[str, object]:
        return columns_of(entry) | {"password_hash": self._hashes.hash(entry.password)}


def columns_of(account: Account) -> dict[str, object]:
    """The row of an account, all but its password."""
    tax_code = account.enterprise.tax_code if account.enterprise else None
    return {
        "sub": account.sub,
        "account_type": account.account_type,
        "number": normalise_login(account.number),
        "tech_id": normalise_login(account.tech_id) if account.tech_id else None,
        "tax_code": normalise_login(tax_code) if tax_code else None,
        "record": account.model_dump(mode="json", exclude={"password"}),
    }
