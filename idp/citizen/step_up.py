"""`/step-up`: one more check (PAGES 3.1.8; RFC 9470 §4): who is signed in is asked only for what is missing.

A way that would not reach the level is left out. The interaction is the one it was, so that the service gets its answer
where it asked; `auth_time` is that of the new sign-in, and high counts for ten minutes (adr/0052).
"""

from datetime import datetime
from functools import partial

from idp.citizen.interaction import Opened, decided, open_here
from idp.citizen.ways import failed_with, told_by, ways_to_sign_in
from idp.edge import Answer, Call
from idp.edge.page import language_of, page
from idp.protocol.assurance import Acr
from idp.protocol.next_step import STEPPING_UP, SignIn
from idp.protocol.reaching import most_of_city_credentials, most_of_passkeys
from idp.recovery.service import held_until
from idp.sessions.model import Session
from idp.ui.errors import ErrorSummary, one_error
from idp.ui.formatting import date_time


async def show(call: Call) -> Answer:
    """Say why, and show what would do; or go on if nothing is missing."""
    opened = await open_here(call)
    decision = await decided(call, opened)
    step, session = decision.step, decision.session
    if not isinstance(step, SignIn):
        return opened.to_resume
    if step.reason not in STEPPING_UP or session is None:
        return opened.to_sign_in
    told = told_by(call)
    held = await _held_until(call, session) if step.reason == "level" else None
    errors = failed_with(told)
    if step.reason == "level":
        errors = one_error("step_up_missed") if held is None else _waits(call, held)
    return page(
        call,
        "step_up.html",
        form_action=opened.form_action,
        notice="upstream_cancelled" if told == "cancelled" else None,
        rp=opened.relying_party,
        i=opened.interaction_id,
        methods=() if held else _ways(call, opened, step.acr),
        is_high=step.acr is Acr.HIGH,
        is_level_01=session.ial < 2,
        national_down=call.provider.is_national_down(call.provider.clock.now()),
        errors=errors,
    )


async def _held_until(call: Call, session: Session) -> datetime | None:
    """Return until when the level that is missing is held back after a recovery: to sign in again would not help."""
    find = partial(held_until, person_id=session.person_id, now=call.provider.clock.now())
    return await call.provider.database.read(find)


def _waits(call: Call, until: datetime) -> ErrorSummary:
    return one_error("held", until=date_time(until, language_of(call)))


def _ways(call: Call, opened: Opened, acr: Acr) -> tuple[str, ...]:
    """Return the ways that may reach the level here."""
    down = call.provider.takes_degraded(call.provider.clock.now())
    most = {
        "national": Acr.HIGH,
        "password": most_of_city_credentials(opened.client, upstream_down=down),
        "passkey": most_of_passkeys(opened.client, upstream_down=down),
    }
    return tuple(one for one in ways_to_sign_in(call, opened) if one in most and most[one].rank >= acr.rank)
