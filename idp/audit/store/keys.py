"""The data keys of audit payloads: one per person, itself sealed; forgetting it erases them all at once.

Statements only: AuditStore runs them itself, so that no path to the record is a frame deeper than it need be.
"""

from base64 import b64encode

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from idp.audit.store.tables import KEY_PURPOSE, audit_keys
from keys.envelope import Vault

KEY_BYTES = 32

FIND_KEY = select(audit_keys.c.sealed_key).where(audit_keys.c.subject_ref == bindparam("of_subject"))
ADD_KEY = insert(audit_keys).on_conflict_do_nothing(index_elements=["subject_ref"])
FORGET_KEY = delete(audit_keys).where(audit_keys.c.subject_ref == bindparam("of_subject"))


def seal_key(vault: Vault, random: bytes) -> bytes:
    """Return a fresh data key as it is stored."""
    return vault.seal(random, purpose=KEY_PURPOSE)


def open_key(vault: Vault, sealed_key: bytes) -> str:
    """Return a stored key as the text that `Vault.seal_under` takes."""
    return b64encode(vault.open(sealed_key, purpose=KEY_PURPOSE)).decode()
