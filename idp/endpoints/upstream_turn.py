"""Whose turn it is to have an answer of the national system confirmed: so many at once, the others wait (PAGES 3.1.10).

Only an answer with a code makes us call there. Who finds no place keeps it, sealed, with the time they came; nothing is
spent until their turn. Whoever brings it to another browser than it was begun in does not wait: the endpoint burns it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from federation.waiting_room import RoomFull, Ticket, Way
from idp.edge import Answer, Call
from idp.edge.cookie_names import cookie_name
from idp.edge.waiting import TooLarge, held_ticket, new_ticket, places_open, to_the_waiting_room
from idp.interactions.cookie import held_interaction
from idp.protocol.errors import InvalidRequest, Refusal, TemporarilyUnavailable, ToPage
from idp.protocol.token_request import parse_form
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Somebody may go on; whoever has a place gives it back."""

    has_place: bool


def brought(call: Call) -> tuple[Mapping[str, str], str]:
    """Return what came back from upstream, now in the query or before in a ticket, and the ticket's interaction."""
    query = parse_form(call.query())
    interaction_id = query.get("i", "")
    if "state" in query or not interaction_id:
        return query, ""
    held = held_ticket(call, interaction_id)
    if held is None or not held.answer or held.is_over(call, call.provider.clock.now()):
        raise InvalidRequest("this sign-in is not open in this browser")
    return held.answer, interaction_id


async def take_turn(call: Call, answer: Mapping[str, str], interaction_id: str) -> Turn | Answer:
    """Take a place, if one is needed; where none is free return the answer that leads to the waiting room.

    Only a state that is open and of this browser is given one: anybody can make up others (SECURITY R21).
    """
    if "error" in answer or not answer.get("code"):
        return Turn(has_place=False)
    state = answer.get("state", "")
    found = await _interaction_here(call, state)
    if not found or found != (interaction_id or found):
        # nothing will be asked upstream: the endpoint spends the state, if there is one, and refuses
        return Turn(has_place=False)
    room, now = call.provider.waiting_room, call.provider.clock.now()
    held = held_ticket(call, found)
    if held is None or not held.answer or held.answer.get("state") != state:
        held = None
    ticket = Ticket(name=state, way=Way.BACK, since=now) if held is None else held.ticket
    if room.enter(ticket, now, places=places_open(call, now)):
        return Turn(has_place=True)
    if held is None:
        held = new_ticket(call, found, answer)
    try:
        room.wait(held.ticket, now)
        return to_the_waiting_room(call, held)
    except RoomFull:
        full = TemporarilyUnavailable("try again in a moment", detail="the waiting room is full")
        raise Refusal(full, ToPage(case="waiting-full", status=503)) from None
    except TooLarge:
        return Answer.redirect(f"/sign-in?i={found}&m=upstream-failed&txn={call.txn}")


def give_back(call: Call, turn: Turn) -> None:
    """Give back the place that was taken."""
    if turn.has_place:
        call.provider.waiting_room.leave(call.provider.clock.now())


async def _interaction_here(call: Call, state: str) -> str:
    """Return the interaction of a state, if it is open and of this browser; empty if not."""
    provider, now = call.provider, call.provider.clock.now()
    found = await provider.database.read(partial(_find, state=state, now=now))
    prefix = cookie_name(provider.settings, "i-")
    if found is None or held_interaction(call.cookies(), found, prefix, provider.vault) is None:
        return ""
    return found


def _find(tx: Tx, *, state: str, now: datetime) -> str | None:
    return tx.interactions.find_upstream(state, now)
