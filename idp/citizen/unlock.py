"""`/unlock`: how a locked account opens again, and the sign-in by which people open what they locked (PAGES §3.1.18)."""

from idp.citizen.interaction import posted
from idp.edge import Answer, Call
from idp.edge.account import begin_unlock
from idp.edge.page import page


async def show(call: Call) -> Answer:
    """Say both ways; whose account is locked, and why, nobody is told here."""
    has_national = call.provider.national is not None
    return page(call, "unlock.html", has_national=has_national, hotline=call.provider.settings.hotline)


async def start(call: Call) -> Answer:
    """Lead to the national system, which must prove anew, at the level high, who this is."""
    posted(call)
    return await begin_unlock(call)
