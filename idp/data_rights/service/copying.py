"""The copy of all that is held of somebody: asked for, made by the worker, taken by its person alone (PAGES §3.1.20)."""

from datetime import timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.data_rights.model import Copy
from idp.database import Done
from idp.ids import PersonId
from idp.messages.model.notices import Notice
from idp.transaction import Tx


def ask_for_copy(tx: Tx, person_id: PersonId, *, lasts: timedelta, occasion: Occasion) -> Done[Copy | None]:
    """Note that a copy is to be made; None: there is one already, and one at a time is enough."""
    copy_id = occasion.clock.token()
    asked = tx.data_copies.ask(person_id, copy_id, now=occasion.now, expires_at=occasion.now + lasts)
    if asked is None:
        return Done(None)
    _record(tx, EventType.DATA_COPY_ASKED, person_id, occasion)
    return Done(asked)


def keep_copy(
    tx: Tx, copy: Copy, document: bytes, *, lasts: timedelta, occasion: Occasion
) -> Done[Copy | None]:
    """Store what was made, and tell its person; None if nobody waits for it any more."""
    until = occasion.now + lasts
    if not tx.data_copies.make(copy, document, now=occasion.now, expires_at=until):
        return Done(None)
    tx.audit.add(
        occasion.event(
            EventType.DATA_COPY_MADE, actor="system", person_id=copy.person_id, until=until.isoformat()
        )
    )
    tx.outbox.notify(copy.person_id, Notice.DATA_COPY, occasion=occasion)
    return Done(copy)


def take_copy(tx: Tx, person_id: PersonId, form: str, *, occasion: Occasion) -> Done[bytes | None]:
    """Return what is in the copy, and record that it was taken; None: there is none."""
    found = tx.data_copies.document(person_id, occasion.now)
    if found is not None:
        _record(tx, EventType.DATA_COPY_TAKEN, person_id, occasion, form=form)
    return Done(found)


def _record(tx: Tx, event: EventType, person_id: PersonId, occasion: Occasion, **form: str) -> None:
    told = {**form, **occasion.told_device}
    tx.audit.add(occasion.event(event, actor=person_ref(person_id), person_id=person_id, **told))
