"""Passwords: one argon2id hash per person, of the peppered password."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKeyConstraint, String, Table, Text, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from idp.credentials.model import PasswordCredential
from idp.database import UtcTime, metadata
from idp.ids import PersonId, bucket_of
from keys.envelope import Vault

passwords = Table(
    "passwords",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
)

_GET = select(passwords).where(
    passwords.c.bucket == bindparam("of_bucket"), passwords.c.person_id == bindparam("of_person")
)
_insert = insert(passwords)
_PUT = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={"password_hash": _insert.excluded.password_hash, "changed_at": _insert.excluded.changed_at},
)


@dataclass(frozen=True, slots=True)
class PasswordStore:
    """The passwords of one transaction."""

    connection: Connection
    vault: Vault

    def get(self, person_id: PersonId) -> PasswordCredential | None:
        """Return a person's password."""
        given = {"of_bucket": bucket_of(person_id), "of_person": person_id}
        row = self.connection.execute(_GET, given).one_or_none()
        if row is None:
            return None
        return PasswordCredential(
            person_id=person_id, password_hash=row.password_hash, changed_at=row.changed_at
        )

    def put(self, credential: PasswordCredential) -> None:
        """Set a person's password."""
        row = {
            "bucket": bucket_of(credential.person_id),
            "person_id": credential.person_id,
            "password_hash": credential.password_hash,
            "changed_at": credential.changed_at,
        }
        self.connection.execute(_PUT, row)
