"""Passwords: one argon2id hash per person, of the peppered password; scheme and costs stand in the hash's own text."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKeyConstraint,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    false,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.credentials.model import PasswordCredential
from idp.database import UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.database.standing import records_of_person
from idp.ids import PersonId, bucket_of
from keys.envelope import Vault

passwords = Table(
    "passwords",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("needs_second", Boolean, nullable=False, server_default=false()),
    Column("compromised_at", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
)

_of_person = and_(*of_person(passwords))
_GET = select(passwords).where(_of_person)
_insert = insert(passwords)
_PUT = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={
        name: _insert.excluded[name]
        for name in ("password_hash", "changed_at", "needs_second", "compromised_at")
    },
)
_RENEW = (
    update(passwords)
    .where(_of_person, passwords.c.password_hash == bindparam("old_hash"))
    .values(password_hash=bindparam("new_hash"))
    .returning(passwords.c.person_id)
)
_COMPROMISE = (
    update(passwords)
    .where(_of_person, passwords.c.compromised_at.is_(None))
    .values(compromised_at=bindparam("now"))
    .returning(passwords.c.person_id)
)
_records = records_of_person()
_KNOWN = (
    select(passwords.c.compromised_at)
    .join(
        _records,
        and_(passwords.c.bucket == _records.c.bucket, passwords.c.person_id == _records.c.person_id),
    )
    .where(passwords.c.compromised_at.is_not(None))
    .limit(1)
)
_REMOVE = delete(passwords).where(_of_person).returning(passwords.c.person_id)


@dataclass(frozen=True, slots=True)
class PasswordStore:
    """The passwords of one transaction."""

    connection: Connection
    vault: Vault

    def get(self, person_id: PersonId) -> PasswordCredential | None:
        """Return a person's password."""
        row = self.connection.execute(_GET, person_given(person_id)).one_or_none()
        if row is None:
            return None
        return PasswordCredential(
            person_id=person_id,
            password_hash=row.password_hash,
            changed_at=row.changed_at,
            needs_second=row.needs_second,
            compromised_at=row.compromised_at,
        )

    def put(self, credential: PasswordCredential) -> None:
        """Set a person's password."""
        row = {
            "bucket": bucket_of(credential.person_id),
            "person_id": credential.person_id,
            "password_hash": credential.password_hash,
            "changed_at": credential.changed_at,
            "needs_second": credential.needs_second,
            "compromised_at": credential.compromised_at,
        }
        self.connection.execute(_PUT, row)

    def renew(self, person_id: PersonId, *, old_hash: str, new_hash: str) -> bool:
        """Put a stronger hash of the same password in the place of an old one; False if it was changed meanwhile."""
        given = {**person_given(person_id), "old_hash": old_hash, "new_hash": new_hash}
        return self.connection.execute(_RENEW, given).one_or_none() is not None

    def mark_compromised(self, person_id: PersonId, now: datetime) -> bool:
        """Note that others know a password; True once."""
        return (
            self.connection.execute(_COMPROMISE, {**person_given(person_id), "now": now}).one_or_none()
            is not None
        )

    def known_since(self, person_id: PersonId) -> datetime | None:
        """Return since when others know a password of a person, or of a record merged into theirs; None: nobody does."""
        return self.connection.execute(_KNOWN, person_given(person_id)).scalar_one_or_none()

    def remove(self, person_id: PersonId) -> bool:
        """Take a person's password away; False if there was none."""
        return self.connection.execute(_REMOVE, person_given(person_id)).one_or_none() is not None
