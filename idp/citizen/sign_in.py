"""`/sign-in`: choose a way (PAGES 3.1.1), and the way back to the service without signing in."""

import re
from datetime import datetime
from functools import partial

from idp.citizen.codes.offering import code_channels
from idp.citizen.cross_device.offering import may_use_phone
from idp.citizen.interaction import Opened, decided, open_here, posted
from idp.citizen.passkeys.asking import may_use_passkey
from idp.citizen.password import is_only_way
from idp.edge import Answer, Call
from idp.edge.device import has_device
from idp.edge.page import language_of, page
from idp.interactions.service import Decision
from idp.protocol.errors import AccessDenied, Refusal, UnmetAuthenticationRequirements
from idp.protocol.facts import Realm
from idp.protocol.next_step import SignIn, offers_city_credentials
from idp.recovery.service import held_until
from idp.ui.errors import ErrorSummary, one_error
from idp.ui.formatting import date_time

_MESSAGES = {
    **dict.fromkeys(("upstream-failed", "organisation-account", "level"), "upstream_failed"),
    "late": "upstream_late",
}
"""What another page may say here: a closed list, never words from the URL. One sentence serves three of them."""
_TXN = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")


async def show(call: Call) -> Answer:
    """Show the ways to sign in, or go on if nothing is left to prove."""
    opened = await open_here(call)
    decision = await decided(call, opened)
    step = decision.step
    if not isinstance(step, SignIn):
        return Answer.redirect(f"/authorize/resume?i={opened.interaction_id}")
    provider = call.provider
    down = provider.is_national_down(provider.clock.now())
    is_officials = opened.realm is Realm.OFFICIAL
    methods = ["national"] if provider.national is not None and not is_officials else []
    if offers_city_credentials(
        opened.request, opened.client, upstream_down=provider.takes_degraded(provider.clock.now())
    ):
        methods.append("password")
    if may_use_passkey(call, opened):
        methods.append("passkey")
    if code_channels(call, opened):
        methods.append("code")
    if may_use_phone(call, opened):
        methods.append("qr")
    if is_only_way(call, opened) and step.reason != "level":
        return Answer.redirect(f"/sign-in/password?i={opened.interaction_id}")
    told = dict(call.query())
    message = "level" if step.reason == "level" else told.get("m", "")
    held = await _held_until(call, decision) if step.reason == "level" else None
    if _begins_an_account(opened, step) and "national" in methods and not (down or message):
        return Answer.redirect(f"/sign-in/national?i={opened.interaction_id}")
    return page(
        call,
        "sign_in.html",
        form_action=(opened.form_action,),
        notice="upstream_cancelled" if message == "cancelled" else None,
        rp=opened.relying_party,
        i=opened.interaction_id,
        methods=() if held else tuple(methods),
        national_down=down,
        is_known_here=has_device(call),
        rp_refuses_local=down and not {"password", "passkey", "code", "qr"} & set(methods),
        continue_as=None,
        errors=_errors(message) if held is None else _waits(call, held),
        failed=told.get("txn")
        if held is None and message in _MESSAGES and _TXN.fullmatch(told.get("txn", ""))
        else None,
        time=provider.clock.now(),
    )


async def cancel(call: Call) -> Answer:
    """Go back to the service with access_denied, or with what its level rule asks for (Core §3.1.2.6)."""
    opened = await open_here(call)
    posted(call)
    step = (await decided(call, opened)).step
    if isinstance(step, SignIn) and step.reason == "level":
        unmet = UnmetAuthenticationRequirements("the person's account does not reach the level asked for")
        raise Refusal(unmet, opened.to_client)
    raise Refusal(AccessDenied("the person did not sign in"), opened.to_client)


async def _held_until(call: Call, decision: Decision) -> datetime | None:
    """Return until when the level that is missing is held back after a recovery: to sign in again would not help."""
    if decision.session is None:
        return None
    now = call.provider.clock.now()
    find = partial(held_until, person_id=decision.session.person_id, now=now)
    return await call.provider.database.read(find)


def _waits(call: Call, until: datetime) -> ErrorSummary:
    return one_error("held", until=date_time(until, language_of(call)))


def _begins_an_account(opened: Opened, step: SignIn) -> bool:
    """Tell whether the client expects somebody new: accounts begin at the national system (User Registration §4.1)."""
    return "create" in opened.request.prompt and step.reason in {"", "again"}


def _errors(message: str) -> ErrorSummary | None:
    return one_error(_MESSAGES[message]) if message in _MESSAGES else None
