"""The data keys of audit payloads: one per person, itself sealed; forgetting it erases them all at once.

Statements only: AuditStore runs them itself, so that no path to the record is a frame deeper than it need be.
"""

from base64 import b64encode
from collections import OrderedDict
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from idp.audit.store.tables import KEY_PURPOSE, audit_keys
from keys.envelope import Sealer, Vault

KEY_BYTES = 32
_MOST_KNOWN = 20_000

FIND_KEY = select(audit_keys.c.sealed_key).where(audit_keys.c.subject_ref == bindparam("of_subject"))
ADD_KEY = insert(audit_keys).on_conflict_do_nothing(index_elements=["subject_ref"])
FORGET_KEY = delete(audit_keys).where(audit_keys.c.subject_ref == bindparam("of_subject"))


def seal_key(vault: Vault, random: bytes) -> bytes:
    """Return a fresh data key as it is stored."""
    return vault.seal(random, purpose=KEY_PURPOSE)


def open_key(vault: Vault, sealed_key: bytes) -> str:
    """Return a stored key as the text that `Vault.seal_under` takes."""
    return b64encode(vault.open(sealed_key, purpose=KEY_PURPOSE)).decode()


@dataclass(frozen=True, slots=True)
class DataKey:
    """A person's data key, ready to seal, and how it lies in the table: it seals only while it lies there still."""

    sealer: Sealer = field(repr=False)
    """Derived from it and the master key; deriving it anew for each event would cost three times the sealing."""
    sealed: bytes = field(repr=False)


class KnownKeys:
    """The data keys that this process has used lately."""

    def __init__(self, known: "OrderedDict[str, DataKey] | None" = None) -> None:
        self._known: OrderedDict[str, DataKey] = OrderedDict() if known is None else known

    @property
    def anew(self) -> "KnownKeys":
        """The same for who must look each up: one of them is not there any more, or lies there sealed anew."""
        return _LookedUp(self._known)

    def get(self, subject_ref: str) -> DataKey | None:
        """Return a key that was there a while ago."""
        return self._known.get(subject_ref)

    def put(self, subject_ref: str, key: DataKey) -> None:
        """Remember a key that was just found."""
        self._known[subject_ref] = key
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)

    def drop(self, subject_ref: str) -> None:
        """Forget a key that is not there any more."""
        self._known.pop(subject_ref, None)


class _LookedUp(KnownKeys):
    def get(self, subject_ref: str) -> None:
        """Return none: what was found a while ago is not believed."""
