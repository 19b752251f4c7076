"""TOTP secrets, sealed; a step once used counts no more, nor does an earlier one – RFC 6238 §5.2."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
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
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.credentials.model import TotpCredential
from idp.database import Sealed, UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from idp.protocol.assurance import Acr
from keys.envelope import Vault

_PURPOSE = "totp"

totp = Table(
    "totp",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("secret", Sealed(_PURPOSE), nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("bound_acr", Text),  # the level of the sign-in it was bound in; empty: not known
    Column("asleep_since", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
)

_of_person = and_(*of_person(totp))
_GET = select(totp).where(_of_person)
_insert = insert(totp)
_PUT = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={
        "secret": _insert.excluded.secret,
        "last_step": _insert.excluded.last_step,
        "confirmed": _insert.excluded.confirmed,
        "bound_acr": _insert.excluded.bound_acr,
        "asleep_since": _insert.excluded.asleep_since,
    },
)
_SPEND = (
    update(totp)
    .where(_of_person, totp.c.last_step < bindparam("step"), totp.c.asleep_since.is_(None))
    .values(last_step=bindparam("step"))
    .returning(totp.c.last_step)
)
_SLEEP = (
    update(totp)
    .where(_of_person, totp.c.asleep_since.is_(None))
    .values(asleep_since=bindparam("now"))
    .returning(totp.c.person_id)
)
_REMOVE = delete(totp).where(_of_person).returning(totp.c.confirmed)


@dataclass(frozen=True, slots=True)
class TotpStore:
    """The TOTP secrets of one transaction."""

    connection: Connection
    vault: Vault

    def get(self, person_id: PersonId) -> TotpCredential | None:
        """Return a person's TOTP secret."""
        row = self.connection.execute(_GET, person_given(person_id)).one_or_none()
        if row is None:
            return None
        return TotpCredential(
            person_id=person_id,
            secret=self.vault.open_text(row.secret, purpose=_PURPOSE),
            last_step=row.last_step,
            confirmed=row.confirmed,
            bound_acr=Acr(row.bound_acr) if row.bound_acr else None,
            asleep_since=row.asleep_since,
        )

    def put(self, credential: TotpCredential) -> None:
        """Bind a secret to a person in place of the one before."""
        row = {
            "bucket": bucket_of(credential.person_id),
            "person_id": credential.person_id,
            "secret": self.vault.seal_text(credential.secret, purpose=_PURPOSE),
            "last_step": credential.last_step,
            "confirmed": credential.confirmed,
            "bound_acr": credential.bound_acr,
            "asleep_since": credential.asleep_since,
        }
        self.connection.execute(_PUT, row)

    def remove(self, person_id: PersonId) -> bool:
        """Take a person's secret away; False if there was none."""
        return self.connection.execute(_REMOVE, person_given(person_id)).one_or_none() is not None

    def put_to_sleep(self, person_id: PersonId, now: datetime) -> bool:
        """Take no code of this secret until one is bound anew; True once."""
        return (
            self.connection.execute(_SLEEP, {**person_given(person_id), "now": now}).one_or_none() is not None
        )

    def spend_step(self, person_id: PersonId, step: int) -> bool:
        """Use a time step; True once, never for a step before it, nor while it is asleep."""
        return (
            self.connection.execute(_SPEND, {**person_given(person_id), "step": step}).one_or_none()
            is not None
        )
