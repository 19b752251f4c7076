"""Recovery codes: a salted, keyed digest each; used once by one statement, and a new set ends the old (SECURITY E14).

Race rule: making a set holds the person's row, so that of two sets made at once one is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from idp.credentials.model import RecoveryCodes
from idp.database import Digest, UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from keys.envelope import Vault

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("digest", Digest, primary_key=True),
    Column("salt", LargeBinary, nullable=False),  # of the whole set
    Column("made_at", UtcTime, nullable=False),
    Column("spent_at", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
)

_t = recovery_codes.c
_of_person = and_(*of_person(recovery_codes))
_this_code = and_(_of_person, _t.digest == bindparam("of_digest"))
_SALT = select(_t.salt).where(_of_person).limit(1)
_SPEND = (
    update(recovery_codes)
    .where(_this_code, _t.spent_at.is_(None))
    .values(spent_at=bindparam("now"))
    .returning(_t.digest)
)
_REPLACE = (
    update(recovery_codes)
    .where(_this_code, _t.spent_at.is_not(None))
    .values(digest=bindparam("new_digest", type_=Digest), made_at=bindparam("now"), spent_at=None)
    .returning(_t.digest)
)
_STATE = select(
    func.count(), func.count().filter(_t.spent_at.is_(None)), func.max(_t.made_at), func.max(_t.spent_at)
).where(_of_person)
_CLEAR = delete(recovery_codes).where(_of_person).returning(_t.digest)
_ADD = insert(recovery_codes)


@dataclass(frozen=True, slots=True)
class RecoveryCodeStore:
    """The recovery codes of one transaction; codes are given as `read_code` returns them."""

    connection: Connection
    vault: Vault

    def set(self, person_id: PersonId, codes: Sequence[str], *, salt: bytes, now: datetime) -> None:
        """Give a person these codes in place of all they had; the caller holds the person's row."""
        self.clear(person_id)
        row = {"bucket": bucket_of(person_id), "person_id": person_id, "salt": salt, "made_at": now}
        self.connection.execute(
            _ADD, [{**row, "digest": self._digest(person_id, salt, one)} for one in codes]
        )

    def state(self, person_id: PersonId) -> RecoveryCodes:
        """Return how many codes a person has and how many of them are unused."""
        made, left, made_at, used_at = self.connection.execute(_STATE, person_given(person_id)).one()
        return RecoveryCodes(made=made, left=left, made_at=made_at, used_at=used_at)

    def spend(self, person_id: PersonId, code: str, now: datetime) -> bytes | None:
        """Use a code; its digest for the one winner, by which it can be replaced."""
        salt = (
            self.connection.execute(_SALT, person_given(person_id)).scalar_one_or_none() or b""
        )  # who has none: no less work
        given = {**person_given(person_id), "of_digest": self._digest(person_id, salt, code), "now": now}
        digest: bytes | None = self.connection.execute(_SPEND, given).scalar_one_or_none()
        return digest

    def replace(self, person_id: PersonId, spent: bytes, code: str, now: datetime) -> bool:
        """Put a new code in the place of one that was used; True once, and never into a newer set."""
        salt = self.connection.execute(_SALT, person_given(person_id)).scalar_one_or_none()
        if salt is None:
            return False
        given = {
            **person_given(person_id),
            "of_digest": spent,
            "new_digest": self._digest(person_id, salt, code),
            "now": now,
        }
        return self.connection.execute(_REPLACE, given).one_or_none() is not None

    def clear(self, person_id: PersonId) -> int:
        """Take all codes from a person; return how many there were."""
        return len(self.connection.execute(_CLEAR, person_given(person_id)).all())

    def _digest(self, person_id: PersonId, salt: bytes, code: str) -> bytes:
        return self.vault.digest(f"recovery code:{person_id}:{salt.hex()}:{code}")
