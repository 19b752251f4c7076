"""Tickets of the waiting room before the national system: sealed in a cookie of the browser that waits (DESIGN 5.12).

A ticket says whose interaction it is, which way it goes, since when, and for who came back what they brought; nobody but
us can make or change one, and it serves no other interaction. It is kept until its turn: what was brought is used up by
the endpoint it was meant for, as if it had just come.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from federation.waiting_room import Ticket, Way
from idp.edge.answer import Answer, Cookie
from idp.edge.call import Call
from idp.edge.cookie_names import cookie_name
from idp.edge.kinds import WAITING
from keys.envelope import Unsealable

_PURPOSE = "waiting room"
_LONGEST = 3 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTicket:
    """A ticket this browser holds."""

    ticket: Ticket
    answer: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What was brought back from upstream; nothing for who has still to go."""

    def is_over(self, call: Call, now: datetime) -> bool:
        """Tell whether it has waited too long: a code dies there, an interaction here."""
        life = call.provider.settings.life
        return now >= self.ticket.since + (life.upstream_answer if self.answer else life.interaction)


class TooLarge(Exception):
    """What was brought does not fit a cookie, so it can't wait."""


def held_ticket(call: Call, interaction_id: str) -> HeldTicket | None:
    """Return the ticket of an interaction, if this browser holds one."""
    provider = call.provider
    sealed = call.cookies().get(_name(call, interaction_id))
    if sealed is None:
        return None
    try:
        content = json.loads(provider.vault.open_compact(sealed, purpose=_PURPOSE))
    except Unsealable:
        return None
    if content["i"] != interaction_id:
        return None
    ticket = Ticket(
        name=interaction_id, way=Way(content["w"]), since=datetime.fromtimestamp(content["t"], UTC)
    )
    return HeldTicket(ticket=ticket, answer=content["a"])


def new_ticket(call: Call, interaction_id: str, answer: Mapping[str, str] | None = None) -> HeldTicket:
    """Return a ticket of now: back with an answer, or still to go."""
    way = Way.THERE if answer is None else Way.BACK
    ticket = Ticket(name=interaction_id, way=way, since=call.provider.clock.now())
    return HeldTicket(ticket=ticket, answer=dict(answer or {}))


def to_the_waiting_room(call: Call, held: HeldTicket) -> Answer:
    """Seal the ticket into this browser, in place of others whose interactions are over, and show its place in line."""
    interaction_id = held.ticket.name
    text = json.dumps(
        {
            "i": interaction_id,
            "w": int(held.ticket.way),
            "t": held.ticket.since.timestamp(),
            "a": dict(held.answer),
        },
        separators=(",", ":"),
    )
    sealed = call.provider.vault.seal_compact(text, purpose=_PURPOSE)
    if len(sealed) > _LONGEST:
        raise TooLarge
    cookie = Cookie(name=_name(call, interaction_id), value=sealed, max_age=_seconds(call))
    return Answer.redirect(f"{WAITING}?i={interaction_id}", *_surplus(call, interaction_id), cookie)


def dropped(call: Call, interaction_id: str) -> tuple[Cookie, ...]:
    """Return what takes the ticket of an interaction away, if this browser has one."""
    name = _name(call, interaction_id)
    return (Cookie(name=name, value="", max_age=0),) if name in call.cookies() else ()


def places_open(call: Call, now: datetime) -> int | None:
    """Return how many exchanges may be under way: while upstream is down one, to see whether it is back."""
    return 1 if call.provider.is_national_down(now) else None


def _surplus(call: Call, interaction_id: str) -> list[Cookie]:
    """Return what takes away the tickets of interactions that this browser no longer holds."""
    prefix, interactions = _name(call, ""), cookie_name(call.provider.settings, "i-")
    held = call.cookies()
    ids = (name.removeprefix(prefix) for name in held if name.startswith(prefix))
    return [
        Cookie(name=prefix + one, value="", max_age=0)
        for one in ids
        if one != interaction_id and interactions + one not in held
    ]


def _seconds(call: Call) -> int:
    return int(call.provider.settings.life.interaction.total_seconds())


def _name(call: Call, interaction_id: str) -> str:
    return cookie_name(call.provider.settings, "w-") + interaction_id
