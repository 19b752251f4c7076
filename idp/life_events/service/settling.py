"""A steward looks at an event that contradicts what is kept, and notes what was done."""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.life_events.model import Unresolved
from idp.people.service import record_look
from idp.transaction import Tx


class NotSettled(Exception):
    """Why nothing was settled."""


def read_unresolved(
    tx: Tx, unresolved_id: str, *, actor: str, occasion: Occasion
) -> Done[Unresolved] | Refused:
    """Return an event with all it says; who looks is recorded, and whom it is about hears of it."""
    found = tx.life_unresolved.get(unresolved_id)
    if found is None:
        return Refused(NotSettled("no such event"))
    kind, _, person_id = found.subject.partition(":")
    look, word = EventType.LIFE_EVENT_READ, found.event_type
    if kind == "person":
        whose = PersonId(person_id)
        record_look(tx, look, whose, actor=actor, occasion=occasion, unresolved_id=unresolved_id, word=word)
    else:
        tx.audit.add(occasion.event(look, actor=actor, unresolved_id=unresolved_id, word=word))
    return Done(found)


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
