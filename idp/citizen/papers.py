"""`/sign-in/papers`: who has just signed in is warned that their residence ends soon (journey 16 of the city)."""

from datetime import date
from functools import partial

from idp.citizen.interaction import open_here, session_cookie
from idp.days import day_of
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.life_events.rules import is_to_be_warned
from idp.transaction import Tx


async def show(call: Call) -> Answer:
    """Name the last day; where there is nothing to warn of, go on."""
    opened = await open_here(call)
    cookie = session_cookie(call, opened)
    until = await call.provider.database.read(partial(_until, cookie=cookie)) if cookie else ""
    if not is_to_be_warned(until, today=day_of(call.provider.clock.now())):
        return opened.to_resume
    return page(call, "papers.html", until=date.fromisoformat(until), i=opened.interaction_id)


def _until(tx: Tx, *, cookie: str) -> str:
    session = tx.sessions.find(cookie)
    return "" if session is None else tx.life_states.get(session.person_id).residence_until
