"""`/sign-in`: choose a way (PAGES 3.1.1), and the way back to the service without signing in."""

import re
from urllib.parse import urlencode

from idp.citizen.declining import decline
from idp.citizen.interaction import Opened, decided, open_here, posted
from idp.citizen.password import is_only_way
from idp.citizen.ways import MESSAGES, failed_with, ways_to_sign_in
from idp.edge import Answer, Call
from idp.edge.device import has_device
from idp.edge.page import page
from idp.protocol.errors import AccessDenied, UnmetAuthenticationRequirements
from idp.protocol.next_step import STEPPING_UP, SignIn

_TXN = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")


async def show(call: Call) -> Answer:
    """Show the ways to sign in, or go on if nothing is left to prove."""
    opened = await open_here(call)
    step = (await decided(call, opened)).step
    if not isinstance(step, SignIn):
        return opened.to_resume
    told = {name: value for name, value in call.query() if name in {"i", "m", "txn"}}
    if step.reason in STEPPING_UP:
        return Answer.redirect(f"/step-up?{urlencode(told)}")
    provider, methods = call.provider, ways_to_sign_in(call, opened)
    down = provider.is_national_down(provider.clock.now())
    if is_only_way(call, opened):
        return Answer.redirect(f"/sign-in/password?i={opened.interaction_id}")
    message = told.get("m", "")
    if _begins_an_account(opened, step) and "national" in methods and not (down or message):
        return Answer.redirect(f"/sign-in/national?i={opened.interaction_id}")
    return page(
        call,
        "sign_in.html",
        form_action=opened.form_action,
        notice="upstream_cancelled" if message == "cancelled" else None,
        rp=opened.relying_party,
        i=opened.interaction_id,
        methods=tuple(methods),
        national_down=down,
        is_known_here=has_device(call),
        rp_refuses_local=down and not {"password", "passkey", "code"} & set(methods),
        continue_as=None,
        errors=failed_with(message),
        failed=told.get("txn") if message in MESSAGES and _TXN.fullmatch(told.get("txn", "")) else None,
        time=provider.clock.now(),
    )


async def cancel(call: Call) -> Answer:
    """Go back to the service with access_denied, or with what its level rule asks for (Core §3.1.2.6)."""
    opened = await open_here(call, or_declined=True)
    posted(call)
    step = (await decided(call, opened)).step
    if isinstance(step, SignIn) and step.reason == "level":
        unmet = UnmetAuthenticationRequirements("the person's account does not reach the level asked for")
        raise await decline(call, opened, unmet)
    raise await decline(call, opened, AccessDenied("the person did not sign in"))


def _begins_an_account(opened: Opened, step: SignIn) -> bool:
    """Tell whether the client expects somebody new: accounts begin at the national system (User Registration §4.1)."""
    return "create" in opened.request.prompt and step.reason in {"", "again"}
