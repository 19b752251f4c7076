"""A person says that something done with their account was not theirs: it locks by their own word."""

from enum import StrEnum

from idp.audit.occasion import Occasion, person_ref
from idp.cases.model import CaseKind
from idp.cases.service import open_case
from idp.ids import PersonId
from idp.life_events.model import Ground
from idp.life_events.service.standing import open_ground
from idp.transaction import Tx


class Said(StrEnum):
    """What they say happened, if they say it."""

    GUIDED = "guided"
    """Somebody on the phone told them what to do."""
    PHONE_LOST = "phone-lost"
    """Their phone is lost."""
    UNKNOWN = "unknown"
    """They don't know."""


def disown(tx: Tx, person_id: PersonId, event_id: str, said: Said | None, *, occasion: Occasion) -> str:
    """Lock the account, which ends every session and grant, and open a case; return its number.

    A steward frees it by `hpid people unlock`, once it is known who has the account.
    """
    actor = person_ref(person_id)
    case = open_case(
        tx,
        CaseKind.NOT_ME,
        person_id,
        {"event_id": event_id, "said": "" if said is None else said.value},
        about=event_id,
        actor=actor,
        occasion=occasion,
    )
    open_ground(tx, person_id, Ground.HOLDER, f"case {case}", actor=actor, occasion=occasion)
    return case
