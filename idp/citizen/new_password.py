"""`/sign-in/new-password`: others know the person's password, and they are led to a new one (SP 800-63B-4 §3.1.1.2).

Stands between a sign-in by another way and the service, at every such sign-in until the password is changed or removed.
It opens nothing meanwhile, so who has no time goes on. Shown to whose session this is alone: nobody learns it of others.
"""

from functools import partial

from idp.citizen.interaction import open_here, session_cookie
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.transaction import Tx


async def show(call: Call) -> Answer:
    """Say that it needs a new one, or go on."""
    opened = await open_here(call)
    needs = partial(_needs, cookie=session_cookie(call, opened))
    if not await call.provider.database.read(needs):
        return opened.to_resume
    return page(
        call,
        "new_password.html",
        form_action=opened.form_action,
        rp=opened.relying_party,
        i=opened.interaction_id,
    )


def _needs(tx: Tx, *, cookie: str | None) -> bool:
    session = tx.sessions.find(cookie) if cookie else None
    return session is not None and tx.passwords.known_since(session.person_id) is not None
