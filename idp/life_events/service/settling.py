"""A steward has looked at an event that contradicted what is kept."""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.database import Done, Refused
from idp.transaction import Tx


class NotSettled(Exception):
    """Why nothing was settled."""


def settle_unresolved(
    tx: Tx, unresolved_id: str, note: str, *, actor: str, occasion: Occasion
) -> Done[str] | Refused:
    """Note what a steward did about an event that contradicted what is kept; return the event's id."""
    if not note.strip():
        return Refused(NotSettled("a note says what was done"))
    settled = tx.life_unresolved.settle(unresolved_id, by=actor, note=note.strip(), now=occasion.now)
    if settled is None:
        return Refused(NotSettled("no such event waits"))
    tx.audit.add(
        occasion.event(
            EventType.LIFE_EVENT_SETTLED,
            actor=actor,
            unresolved_id=unresolved_id,
            word=settled.event_type,
            note=note.strip(),
        )
    )
    return Done(settled.event_id)
