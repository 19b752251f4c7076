"""Addresses that people have proved to read, and the codes that are on their way; both sealed (DESIGN 5.10)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or_replace

from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import person_given
from idp.ids import PersonId, bucket_of
from idp.messages.model import Channel
from idp.messages.model.codes import MOST_CODE_TRIES
from idp.people.contacts import Contact, PendingCode
from keys.envelope import Vault

_ADDRESS = "contact.address"
_CODE_ADDRESS = "contact_code.address"

contacts = Table(
    "contacts",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Sealed(_ADDRESS), nullable=False),  # its look-up stands in person_identifiers
    Column("language", Text, nullable=False),
    Column("verified_at", UtcTime, nullable=False),
    Column("signs_in_since", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
)
contact_codes = Table(
    "contact_codes",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("address", Sealed(_CODE_ADDRESS), nullable=False),
    Column("replaces", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("digest", Digest, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_contact_codes_expires_at", "expires_at"),
)

_c, _k = contacts.c, contact_codes.c
_of_person = and_(_c.bucket == bindparam("of_bucket"), _c.person_id == bindparam("of_person"))
_OF_PERSON = select(contacts).where(_of_person).order_by(_c.verified_at, _c.contact_id)
_ADD = insert(contacts)
_REMOVE = delete(contacts).where(_of_person, _c.contact_id == bindparam("this_contact")).returning(*_c)
_SIGN_IN = (
    update(contacts)
    .where(
        _of_person,
        _c.contact_id == bindparam("this_contact"),
        _c.signs_in_since.is_(None) == bindparam("is_off", type_=Boolean),
    )
    .values(signs_in_since=bindparam("since", type_=UtcTime))
    .returning(_c.contact_id)
)
_this_code = and_(
    _k.bucket == bindparam("of_bucket"),
    _k.person_id == bindparam("of_person"),
    _k.channel == bindparam("of_channel"),
)
_is_good = and_(_k.expires_at > bindparam("now", type_=UtcTime), _k.tries < MOST_CODE_TRIES)
_put = insert_or_replace(contact_codes)
_PUT = _put.on_conflict_do_update(
    index_elements=["bucket", "person_id", "channel"],
    set_={
        name: _put.excluded[name]
        for name in ("address", "replaces", "language", "digest", "tries", "expires_at")
    },
)
_PENDING = select(contact_codes).where(_this_code, _is_good)
_RESERVE = update(contact_codes).where(_this_code, _is_good).values(tries=_k.tries + 1).returning(*_k)
_SPEND = delete(contact_codes).where(_this_code, _k.digest == bindparam("this_digest")).returning(_k.channel)
_DROP = delete(contact_codes).where(
    _k.bucket == bindparam("of_bucket"), _k.person_id == bindparam("of_person")
)
_ERASE = delete_oldest((_k.bucket, _k.person_id, _k.channel), _k.expires_at)


@dataclass(frozen=True, slots=True)
class ContactStore:
    """Contacts and their codes as one transaction sees them."""

    connection: Connection
    vault: Vault

    def rehearse(self, address: str) -> None:
        """Do for nobody what reading somebody's one contact costs: time must not tell who it is (SECURITY E16)."""
        self.vault.open_text(self.vault.seal_text(address, purpose=_ADDRESS), purpose=_ADDRESS)

    def of_person(self, person_id: PersonId) -> tuple[Contact, ...]:
        """Return what a person has proved to read, the oldest first."""
        rows = self.connection.execute(_OF_PERSON, person_given(person_id))
        return tuple(
            Contact(
                contact_id=row.contact_id,
                channel=Channel(row.channel),
                address=self.vault.open_text(row.address, purpose=_ADDRESS),
                language=row.language,
                verified_at=row.verified_at,
                signs_in_since=row.signs_in_since,
            )
            for row in rows
        )

    def add(self, person_id: PersonId, contact: Contact) -> None:
        """Store an address; who calls has locked the person and looked how many there are."""
        row = {
            "bucket": bucket_of(person_id),
            "person_id": person_id,
            "contact_id": contact.contact_id,
            "channel": contact.channel.value,
            "address": self.vault.seal_text(contact.address, purpose=_ADDRESS),
            "language": contact.language,
            "verified_at": contact.verified_at,
            "signs_in_since": contact.signs_in_since,
        }
        self.connection.execute(_ADD, row)

    def remove(self, person_id: PersonId, contact_id: str) -> bool:
        """Delete an address; True for one of those who do so at once."""
        given = {**person_given(person_id), "this_contact": contact_id}
        return self.connection.execute(_REMOVE, given).one_or_none() is not None

    def let_sign_in(self, person_id: PersonId, contact_id: str, since: datetime | None) -> bool:
        """Let codes to an address open the account from then on, or (None) no more; False if that is so already."""
        given = {
            **person_given(person_id),
            "this_contact": contact_id,
            "is_off": since is not None,
            "since": since,
        }
        return self.connection.execute(_SIGN_IN, given).one_or_none() is not None

    def put_code(self, person_id: PersonId, pending: PendingCode) -> None:
        """Store a code that is being sent: the one before it is worth nothing any more."""
        row = {
            "bucket": bucket_of(person_id),
            "person_id": person_id,
            "channel": pending.channel.value,
            "address": self.vault.seal_text(pending.address, purpose=_CODE_ADDRESS),
            "replaces": pending.replaces,
            "language": pending.language,
            "digest": pending.digest,
            "tries": pending.tries,
            "expires_at": pending.expires_at,
        }
        self.connection.execute(_PUT, row)

    def pending(self, person_id: PersonId, channel: Channel, now: datetime) -> PendingCode | None:
        """Return the code that may still be entered."""
        given = {**person_given(person_id), "of_channel": channel.value, "now": now}
        return self._code(self.connection.execute(_PENDING, given).mappings().one_or_none())

    def reserve_try(self, person_id: PersonId, channel: Channel, now: datetime) -> PendingCode | None:
        """Count a try before it is looked at; None: there is no code, it is over, or its tries are."""
        given = {**person_given(person_id), "of_channel": channel.value, "now": now}
        return self._code(self.connection.execute(_RESERVE, given).mappings().one_or_none())

    def spend_code(self, person_id: PersonId, channel: Channel, digest: bytes) -> bool:
        """Use a code; True once."""
        given = {**person_given(person_id), "of_channel": channel.value, "this_digest": digest}
        return self.connection.execute(_SPEND, given).one_or_none() is not None

    def drop_codes(self, person_id: PersonId) -> None:
        """Let no code that was sent prove an address any more."""
        self.connection.execute(_DROP, person_given(person_id))

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Delete codes that were over by then; return how many."""
        return erase(self.connection, _ERASE, before, limit)

    def _code(self, row: RowMapping | None) -> PendingCode | None:
        if row is None:
            return None
        return PendingCode(
            channel=Channel(row["channel"]),
            address=self.vault.open_text(row["address"], purpose=_CODE_ADDRESS),
            replaces=row["replaces"],
            language=row["language"],
            digest=row["digest"],
            tries=row["tries"],
            expires_at=row["expires_at"],
        )
