"""Signing keys as stored; the private key is sealed by whoever made it (DESIGN 5.14).

A rotation raises the configuration version first: that row makes two nodes that rotate at once wait for
each other.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, bindparam, func, insert, select, update

from idp.database import Sealed, UtcTime, metadata
from keys.envelope import Vault
from keys.keyring import SIGNING_KEY_PURPOSE
from keys.revocation import RevocationPlan
from keys.rotation import KeyRecord, RotationPlan

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("alg", Text, nullable=False),
    Column("sealed_private", Sealed(SIGNING_KEY_PURPOSE), nullable=False),
    Column("public_jwk", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("active_from", UtcTime, nullable=False),
    Column("retired_at", UtcTime),
    Column("erase_after", UtcTime),
    Column("erased_at", UtcTime),
)

_ALL = select(signing_keys).order_by(signing_keys.c.created_at, signing_keys.c.kid)
_COUNT = select(func.count()).select_from(signing_keys)
_ADD = insert(signing_keys)
_RETIRE = (
    update(signing_keys)
    .where(signing_keys.c.kid == bindparam("this_kid"), signing_keys.c.erased_at.is_(None))
    .values(retired_at=bindparam("retired"), erase_after=bindparam("erase"))
)
_SET = (
    update(signing_keys)
    .where(signing_keys.c.kid == bindparam("this_kid"), signing_keys.c.erased_at.is_(None))
    .values(
        sealed_private=bindparam("private"),
        active_from=bindparam("active"),
        retired_at=bindparam("retired"),
        erase_after=bindparam("erase"),
        erased_at=bindparam("erased"),
    )
)
_ERASE = (
    update(signing_keys)
    .where(signing_keys.c.kid == bindparam("this_kid"), signing_keys.c.erased_at.is_(None))
    .values(sealed_private=b"", erased_at=bindparam("now"))
)


def count_signing_keys(connection: Connection) -> int:
    """Return how many keys there are: asked where there is no master key to open them with."""
    count: int = connection.execute(_COUNT).scalar_one()
    return count


@dataclass(frozen=True, slots=True)
class SigningKeyStore:
    """The signing keys as one transaction sees them."""

    connection: Connection
    vault: Vault

    def all(self) -> tuple[KeyRecord, ...]:
        """Return every key, erased ones too, oldest first."""
        return tuple(KeyRecord(**row) for row in self.connection.execute(_ALL).mappings())

    def add(self, record: KeyRecord) -> None:
        """Store a new key."""
        self.connection.execute(_ADD, _row(record))

    def apply(self, plan: RotationPlan) -> None:
        """Store the new key and retire those it follows."""
        self.connection.execute(_ADD, _row(plan.new))
        for record in plan.retiring:
            given = {"this_kid": record.kid, "retired": record.retired_at, "erase": record.erase_after}
            self.connection.execute(_RETIRE, given)

    def revoke(self, plan: RevocationPlan) -> None:
        """Take a key out, and let the next one sign."""
        if plan.added is not None:
            self.connection.execute(_ADD, _row(plan.added))
        for record in (plan.revoked, *plan.changed):
            given = {
                "this_kid": record.kid,
                "private": record.sealed_private,
                "active": record.active_from,
                "retired": record.retired_at,
                "erase": record.erase_after,
                "erased": record.erased_at,
            }
            self.connection.execute(_SET, given)

    def set_erased(self, kid: str, now: datetime) -> bool:
        """Wipe the private key; True if this call did it."""
        return self.connection.execute(_ERASE, {"this_kid": kid, "now": now}).rowcount == 1


def _row(record: KeyRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in KeyRecord.__dataclass_fields__}
