"""What follows from a card or a residence on a given day: called when the register speaks, and by the job at midnight."""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.days import day_of
from idp.ids import PersonId
from idp.life_events.ends import ENDS, Happening
from idp.life_events.model import Ground
from idp.life_events.rules import is_card_good, is_residence_over
from idp.life_events.service.ending import carry_out
from idp.life_events.service.standing import lift_ground, open_ground
from idp.transaction import Tx

_RESIDENCE_OVER = "the last day of residence is past"


def settle_card(tx: Tx, person_id: PersonId, *, actor: str, occasion: Occasion) -> bool:
    """Let the level high rest while a card is not good, and be reached again after; True if that changed."""
    tx.people.lock(person_id)
    state = tx.life_states.get(person_id)
    today = day_of(occasion.now)
    card = None if state.card_status is None else state.card_status.value
    if is_card_good(state.card_status, state.card_expires_on, today=today):
        if not tx.life_states.restore(person_id):
            return False
        tx.audit.add(
            occasion.event(EventType.PERSON_HIGH_RESTORED, actor=actor, person_id=person_id, card=card)
        )
        return True
    if not tx.life_states.suspend(person_id, occasion.now):
        return False
    ends = ENDS[Happening.CARD_NOT_GOOD]
    ended = carry_out(tx, ends, person_id, "identity card not good", actor=actor, occasion=occasion)
    tx.audit.add(
        occasion.event(
            EventType.PERSON_HIGH_SUSPENDED,
            actor=actor,
            person_id=person_id,
            card=card,
            sessions=ended.sessions,
            grants=ended.grants,
        )
    )
    return True


def settle_residence(tx: Tx, person_id: PersonId, reason: str, *, actor: str, occasion: Occasion) -> bool:
    """Lock whose residence is over, and open whose was renewed; True if that changed."""
    tx.people.lock(person_id)
    until = tx.life_states.get(person_id).residence_until
    if is_residence_over(until, today=day_of(occasion.now)):
        return open_ground(
            tx, person_id, Ground.RESIDENCE, reason or _RESIDENCE_OVER, actor=actor, occasion=occasion
        )
    return lift_ground(tx, person_id, Ground.RESIDENCE, reason, actor=actor, occasion=occasion)
