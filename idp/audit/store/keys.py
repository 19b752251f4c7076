"""The data keys of audit payloads: one per person, itself sealed; forgetting it erases them all at once."""

from base64 import b64encode
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from idp.audit.store.tables import audit_keys
from idp.clock import Clock
from keys.envelope import Vault

_PURPOSE = "audit-key"
_KEY_BYTES = 32

_FIND = select(audit_keys.c.sealed_key).where(audit_keys.c.subject_ref == bindparam("of_subject"))
_ADD = (
    insert(audit_keys)
    .on_conflict_do_nothing(index_elements=["subject_ref"])
    .returning(audit_keys.c.sealed_key)
)
_FORGET = delete(audit_keys).where(audit_keys.c.subject_ref == bindparam("of_subject"))


@dataclass(frozen=True, slots=True)
class DataKeys:
    """The keys of one transaction; each is looked up once in it."""

    connection: Connection
    vault: Vault
    clock: Clock
    _known: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def get_or_add(self, subject_ref: str) -> str:
        """Return a person's key; their first event makes it."""
        if subject_ref not in self._known:
            sealed = self.connection.execute(_FIND, {"of_subject": subject_ref}).scalar_one_or_none()
            self._known[subject_ref] = self.open(self._add(subject_ref) if sealed is None else sealed)
        return self._known[subject_ref]

    def open(self, sealed_key: bytes) -> str:
        """Return a stored key as the text that `Vault.seal_under` takes."""
        return b64encode(self.vault.open(sealed_key, purpose=_PURPOSE)).decode()

    def forget(self, subject_ref: str) -> None:
        """Delete a person's key."""
        self._known.pop(subject_ref, None)
        self.connection.execute(_FORGET, {"of_subject": subject_ref})

    def _add(self, subject_ref: str) -> bytes:
        sealed = self.vault.seal(self.clock.random_bytes(_KEY_BYTES), purpose=_PURPOSE)
        added = self.connection.execute(_ADD, {"subject_ref": subject_ref, "sealed_key": sealed})
        if added.one_or_none() is not None:
            return sealed
        theirs: bytes = self.connection.execute(_FIND, {"of_subject": subject_ref}).scalar_one()
        return theirs  # another transaction was first
