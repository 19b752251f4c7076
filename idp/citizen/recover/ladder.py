"""`/recover`: the ways back into an account, the same for everybody: no name is asked, so none is ever confirmed (E16).

No way leads over a mail or a message alone, and there are no questions that others can answer too.
"""

from idp.citizen.interaction import posted
from idp.edge import Answer, Call
from idp.edge.account import begin_sign_in
from idp.edge.page import page

RECOVER = "/recover"
RENEW = f"{RECOVER}/renew"


async def show(call: Call) -> Answer:
    """Show the ladder."""
    provider = call.provider
    now = provider.clock.now()
    return page(
        call,
        "recover.html",
        has_national=provider.national is not None,
        national_down=provider.is_national_down(now),
        hours=hold_hours(call),
    )


async def go(call: Call) -> Answer:
    """Lead to a fresh sign-in at the national system of level 02, and on to the recovery."""
    posted(call)
    return await begin_sign_in(call, RENEW, fresh=True)


def hold_hours(call: Call) -> int:
    """Return for how many hours high-risk acts are held back after a recovery."""
    return round(call.provider.settings.life.recovery_hold.total_seconds() / 3600)
