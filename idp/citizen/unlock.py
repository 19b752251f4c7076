"""`/unlock`: how a locked account opens again, and the sign-in by which people open what they locked (PAGES §3.1.18)."""

from idp.citizen.interaction import posted
from idp.edge import Answer, Call
from idp.edge.account import begin_unlock
from idp.edge.page import page
from idp.ui.headers import form_action_source


async def show(call: Call) -> Answer:
    """Say both ways; whose account is locked, and why, nobody is told here."""
    upstream = call.provider.national
    return page(
        call,
        "unlock.html",
        form_action=() if upstream is None else (form_action_source(upstream.issuer),),
        has_national=upstream is not None,
        hotline=call.provider.settings.hotline,
    )


async def start(call: Call) -> Answer:
    """Lead to the national system, which must prove anew, at the level high, who this is."""
    posted(call)
    return await begin_unlock(call)
