"""An address that opens the account no more ends what its codes opened (SECURITY B10)."""

from collections.abc import Callable
from typing import TypeVar

from idp.audit.occasion import Occasion
from idp.credentials.sign_in_code import AMR
from idp.database import Done
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.people.service import all_contacts
from idp.sessions.service import end_session
from idp.transaction import Tx

T = TypeVar("T")


def ending_what_closes(
    tx: Tx, person_id: PersonId, change: Callable[[Tx], Done[T]], *, occasion: Occasion
) -> Done[T]:
    """Change a person's addresses, and end the sessions that codes to one opened which opens nothing afterwards.

    By which of two addresses of a channel a session began is not kept with it: those of both end.
    """
    tx.people.lock(person_id)  # a sign-in by code comes before this and is ended, or finds the address closed
    before = _opening(tx, person_id)
    done = change(tx)
    closed = {channel for channel, _ in before - _opening(tx, person_id)}
    for session in tx.sessions.of_person(person_id) if closed else ():
        if any(session.amr == AMR[channel] for channel in closed):
            end_session(tx, session, reason="an address was closed", occasion=occasion)
    return done


def _opening(tx: Tx, person_id: PersonId) -> set[tuple[Channel, str]]:
    held = all_contacts(tx, person_id)
    return {(one.channel, one.contact_id) for one in held if one.signs_in_since is not None}
