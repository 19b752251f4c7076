"""What time does to signing keys (DESIGN 5.14): the next one of each algorithm (HPID_LIFE_SIGNING_KEY), and their end.

Any number of workers may look at once: keys are made and destroyed outside of the transaction, and which are needed is
asked again in it, behind the row that every rotation locks.
"""

import logging
from collections.abc import Collection
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.database import Database, Done
from idp.log import fields
from idp.settings import Lifetimes
from idp.signing_keys.service import announce_due
from idp.transaction import Tx
from keys.keyring import Keyring, UnusableKeyRecord
from keys.rotation import KeyRecord, due_for_erasure, due_for_rotation
from keys.signer import SigningUnavailable

_log = logging.getLogger("hpid.signing_keys")


async def rotate_keys(database: Database[Tx], keyring: Keyring, occasion: Occasion, life: Lifetimes) -> int:
    """Announce a key for each algorithm that is due; return how many."""
    records = await database.read(lambda tx: tx.signing_keys.all())
    due = due_for_rotation(records, occasion.now, every=life.signing_key)
    if not due:
        return 0
    made = await keyring.make_records(due, occasion.now)
    announce = partial(_announce, made=made, life=life, occasion=occasion)
    announced = (await database.transact(announce)).unwrap()
    await keyring.discard(record for record in made if record.kid not in announced)
    return len(announced)


async def erase_keys(database: Database[Tx], keyring: Keyring, occasion: Occasion) -> int:
    """Erase the private halves of signing keys nothing needs any more; return how many.

    One in a device is destroyed there first: its record says where it lies, and stays until that is done.
    """
    records = await database.read(lambda tx: tx.signing_keys.all())
    due = {record.kid for record in due_for_erasure(records, occasion.now)}
    destroyed = [
        record.kid for record in records if record.kid in due and await _is_destroyed(keyring, record)
    ]
    if not destroyed:
        return 0
    return (await database.transact(partial(_erase, kids=destroyed, occasion=occasion))).unwrap()


async def _is_destroyed(keyring: Keyring, record: KeyRecord) -> bool:
    try:
        await keyring.erase(record)
    except (SigningUnavailable, UnusableKeyRecord) as error:
        _log.warning("a key waits to be erased", extra=fields(kid=record.kid, reason=str(error)))
        return False
    return True


def _announce(
    tx: Tx, *, made: tuple[KeyRecord, ...], life: Lifetimes, occasion: Occasion
) -> Done[frozenset[str]]:
    return Done(announce_due(tx, made, every=life.signing_key, life=life, occasion=occasion))


def _erase(tx: Tx, *, kids: Collection[str], occasion: Occasion) -> Done[int]:
    due = [record for record in due_for_erasure(tx.signing_keys.all(), occasion.now) if record.kid in kids]
    for record in due:
        if tx.signing_keys.set_erased(record.kid, occasion.now):
            tx.audit.add(occasion.event(EventType.KEY_ERASED, actor="system", kid=record.kid))
    if due:
        tx.configuration.raise_version()
    return Done(len(due))
