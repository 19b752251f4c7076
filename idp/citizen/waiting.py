"""`/sign-in/waiting`: the place in line before the national system (PAGES 3.1.10); it goes on by itself or by a button.

No statement lies under it, whatever the number of people who wait: the ticket in the cookie says all there is to know.
"""

from federation.waiting_room import Position, RoomFull, Way
from idp.citizen.interaction import Opened, open_here
from idp.citizen.national import depart
from idp.edge import Answer, Call
from idp.edge.kinds import WAITING
from idp.edge.page import page
from idp.edge.waiting import dropped, held_ticket, places_open
from idp.protocol.errors import Refusal, TemporarilyUnavailable, ToPage

_CALLED_SECONDS, _NEAR_SECONDS = 5, 10
_FAR_SECONDS, _VERY_FAR_SECONDS = 30, 45
_NEAR, _FAR = 200, 1000


async def show(call: Call) -> Answer:
    """Go on if it is this person's turn; else say where they stand and ask again in a while."""
    opened = await open_here(call)
    provider, now, interaction_id = call.provider, call.provider.clock.now(), opened.interaction_id
    held, room, upstream = held_ticket(call, interaction_id), provider.waiting_room, provider.national
    if held is None or upstream is None:
        return Answer.redirect(f"/sign-in?i={interaction_id}")
    if held.is_over(call, now):
        return Answer.redirect(f"/sign-in?i={interaction_id}&m=late", *dropped(call, interaction_id))
    if held.ticket.way is Way.THERE:
        if provider.is_national_down(now):
            return Answer.redirect(f"/sign-in?i={interaction_id}", *dropped(call, interaction_id))
        if room.may_enter(held.ticket, now):
            return await depart(call, opened, upstream)
    elif room.may_enter(held.ticket, now, places=places_open(call, now)):
        return Answer.redirect(f"/upstream/national/callback?i={interaction_id}")
    try:
        return _page(call, opened, room.wait(held.ticket, now), has_been=held.ticket.way is Way.BACK)
    except RoomFull:
        full = TemporarilyUnavailable("try again in a moment", detail="the waiting room is full")
        raise Refusal(full, ToPage(case="waiting-full", status=503)) from None


def _page(call: Call, opened: Opened, position: Position, *, has_been: bool) -> Answer:
    """Say where they stand; the page asks again by itself unless they choose that it stays still (WCAG 2.2.1)."""
    seconds = _CALLED_SECONDS if position.is_called else _seconds(position.ahead)
    again = f"{WAITING}?i={opened.interaction_id}"
    is_still = ("still", "1") in call.query()
    answer = page(
        call,
        "waiting.html",
        form_action=opened.form_action,
        rp=opened.relying_party,
        i=opened.interaction_id,
        ahead=position.ahead,
        minutes=position.minutes,
        has_been=has_been,
        again_url=again,
        still_url=None if is_still else f"{again}&still=1",
        seconds=seconds,
    )
    return answer if is_still else answer.with_headers(("refresh", f"{seconds}; url={again}"))


def _seconds(ahead: int) -> int:
    """Return when to ask again: the longer the line, the seldomer, or its reloads alone would fill a node."""
    if ahead < _NEAR:
        return _NEAR_SECONDS
    return _FAR_SECONDS if ahead < _FAR else _VERY_FAR_SECONDS
