"""Passkeys: several a person, found by credential id. A counter only goes on – WebAuthn Level 3 §7.2 no. 22."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.credentials.model import Passkey
from idp.database import Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from idp.protocol.assurance import Acr
from keys.envelope import Vault

_NAME = "passkey.name"

passkeys = Table(
    "passkeys",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("passkey_id", Text, primary_key=True),
    Column("credential_id", LargeBinary, nullable=False),
    Column("user_handle", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", Text, nullable=False),
    Column("is_synced", Boolean, nullable=False),
    Column("is_backed_up", Boolean, nullable=False),
    Column("aaguid", Text, nullable=False),
    Column("name", Sealed(_NAME), nullable=False),  # may name the person: "Hương's phone"
    Column("bound_acr", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("ended_at", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_passkeys_credential_id", "credential_id", unique=True),
    Index("ix_passkeys_ended_at", "ended_at"),
)

_t = passkeys.c
_of_person = and_(*of_person(passkeys))
_this_one = and_(_of_person, _t.passkey_id == bindparam("this_passkey"), _t.ended_at.is_(None))
_ADD = (
    insert(passkeys).on_conflict_do_nothing(index_elements=["credential_id"]).returning(passkeys.c.passkey_id)
)
_FIND = select(passkeys).where(_t.credential_id == bindparam("of_credential"))
_OF_PERSON = select(passkeys).where(_of_person).order_by(_t.created_at, _t.passkey_id)
_counts_on = or_(
    _t.sign_count < bindparam("new_count"),
    and_(_t.sign_count == 0, bindparam("new_count", type_=BigInteger) == 0),
)
_USE = (
    update(passkeys)
    .where(_this_one, _counts_on)
    .values(
        sign_count=bindparam("new_count"), is_backed_up=bindparam("backed_up"), last_used_at=bindparam("now")
    )
    .returning(_t.passkey_id)
)
_RENAME = update(passkeys).where(_this_one).values(name=bindparam("new_name")).returning(_t.passkey_id)
_END = update(passkeys).where(_this_one).values(ended_at=bindparam("now")).returning(_t.passkey_id)
_ERASE = delete_oldest((_t.bucket, _t.person_id, _t.passkey_id), _t.ended_at)


@dataclass(frozen=True, slots=True)
class PasskeyStore:
    """The passkeys of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, new: Passkey) -> bool:
        """Bind a passkey to a person; False if its credential id is somebody's already (§7.1 no. 26)."""
        row = {
            "bucket": bucket_of(new.person_id),
            "person_id": new.person_id,
            "passkey_id": new.passkey_id,
            "credential_id": new.credential_id,
            "user_handle": new.user_handle,
            "public_key": new.public_key,
            "sign_count": new.sign_count,
            "transports": " ".join(new.transports),
            "is_synced": new.is_synced,
            "is_backed_up": new.is_backed_up,
            "aaguid": new.aaguid,
            "name": self.vault.seal_text(new.name, purpose=_NAME),
            "bound_acr": new.bound_acr.value,
            "created_at": new.created_at,
            "last_used_at": new.last_used_at,
            "ended_at": new.ended_at,
        }
        return self.connection.execute(_ADD, row).one_or_none() is not None

    def find(self, credential_id: bytes) -> Passkey | None:
        """Return whose credential this is, one that has ended too."""
        row = self.connection.execute(_FIND, {"of_credential": credential_id}).one_or_none()
        return None if row is None else self._passkey(row)

    def of_person(self, person_id: PersonId) -> tuple[Passkey, ...]:
        """Return all of a record's passkeys, ended ones too, the oldest first."""
        given = person_given(person_id)
        return tuple(self._passkey(row) for row in self.connection.execute(_OF_PERSON, given))

    def use(self, passkey: Passkey, sign_count: int, *, is_backed_up: bool, now: datetime) -> bool:
        """Note a use; False if the passkey has ended or its counter did not go on since it was read."""
        given = {**_key(passkey), "new_count": sign_count, "backed_up": is_backed_up, "now": now}
        return self.connection.execute(_USE, given).one_or_none() is not None

    def rename(self, passkey: Passkey, name: str) -> bool:
        """Give a passkey another name; False if it has ended."""
        given = {**_key(passkey), "new_name": self.vault.seal_text(name, purpose=_NAME)}
        return self.connection.execute(_RENAME, given).one_or_none() is not None

    def end(self, passkey: Passkey, now: datetime) -> bool:
        """Let a passkey sign nobody in any more; True once."""
        return self.connection.execute(_END, {**_key(passkey), "now": now}).one_or_none() is not None

    def erase_ended(self, before: datetime, limit: int) -> int:
        """Delete passkeys that ended before."""
        return erase(self.connection, _ERASE, before, limit)

    def _passkey(self, row: Row[Any]) -> Passkey:
        return Passkey(
            passkey_id=row.passkey_id,
            person_id=PersonId(row.person_id),
            credential_id=row.credential_id,
            user_handle=row.user_handle,
            public_key=row.public_key,
            sign_count=row.sign_count,
            transports=tuple(row.transports.split()),
            is_synced=row.is_synced,
            is_backed_up=row.is_backed_up,
            aaguid=row.aaguid,
            name=self.vault.open_text(row.name, purpose=_NAME),
            bound_acr=Acr(row.bound_acr),
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            ended_at=row.ended_at,
        )


def _key(passkey: Passkey) -> dict[str, object]:
    return {
        "of_bucket": bucket_of(passkey.person_id),
        "of_person": passkey.person_id,
        "this_passkey": passkey.passkey_id,
    }
