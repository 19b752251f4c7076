"""How a sign-in comes by its browser: the cookie that tells it from others, and whether its person calls it public.

The cookie is random, kept here as a digest, and known for each person after they have signed in (PAGES §3.1.13). It opens
nothing and raises nothing: who brings somebody else's saves that person a notice, and no more. It says nothing of who
has signed in here; at a public computer there is none (PAGES §3.1.1).
"""

import re
from datetime import timedelta

from idp import metrics
from idp.edge.answer import Answer, Cookie
from idp.edge.call import FORM, Call
from idp.edge.cookie_names import cookie_name
from idp.ids import ClientId
from idp.limits.model import address_key
from idp.risk.model import Arrival, Thresholds
from idp.risk.places import is_within
from idp.sessions.service import Begun

NAME = "device"
PUBLIC = "public"
"""The tick of a form, and the cookie that carries it to the next step: it names the interaction it was ticked in."""
KEPT = timedelta(days=400)
"""As long as browsers keep a cookie at all (RFC 6265bis §5.5)."""
_BYTES = 32
_OURS = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def arrival_of(call: Call, interaction_id: str, client_id: ClientId) -> Arrival:
    """Return what this sign-in comes by."""
    provider, risk = call.provider, call.provider.settings.risk
    held = held_device(call)
    return Arrival(
        client_id=client_id,
        held=held,
        fresh=provider.clock.token(_BYTES),
        address=address_key(call.peer),
        place=provider.places.of(call.peer),
        is_public=is_public(call, interaction_id),
        is_shared=is_within(call.peer, risk.shared_networks),
        thresholds=Thresholds(
            speed=risk.speed,
            distance=risk.distance,
            accounts_on_device=risk.accounts_on_device,
            accounts_at_address=risk.accounts_at_address,
            burst_at_service=risk.burst_at_service,
        ),
        places=provider.places.by_name,
    )


def held_device(call: Call) -> str:
    """Return what this browser's cookie says, empty if it is none that we make."""
    held = call.cookies().get(cookie_name(call.provider.settings, NAME), "")
    return held if _OURS.fullmatch(held) else ""


def has_device(call: Call) -> bool:
    """Tell whether somebody has signed in in this browser."""
    return bool(held_device(call))


def is_public(call: Call, interaction_id: str) -> bool:
    """Tell whether the person says that others use this computer too: in this very form, or one before it."""
    if _is_ticked(call):
        return True
    return call.cookies().get(cookie_name(call.provider.settings, PUBLIC)) == interaction_id


def public_minutes(call: Call) -> int:
    """Return how long a session at a public computer lasts."""
    return int(call.provider.settings.life.session_public.total_seconds() // 60)


def keep_tick(call: Call, interaction_id: str) -> tuple[Cookie, ...]:
    """Return the cookie that carries the tick of this form to the next step, or takes an earlier one away."""
    name = cookie_name(call.provider.settings, PUBLIC)
    if _is_ticked(call):
        return (Cookie(name=name, value=interaction_id),)
    return (Cookie(name=name, value="", max_age=0),) if name in call.cookies() else ()


def begun_here(call: Call, answer: Answer, begun: Begun) -> Answer:
    """Return the answer of a sign-in with what this browser is known by from now on; count what stood out."""
    for signal in begun.weighed.signals:
        metrics.RISK_SIGNALS.add(signal)
    for outcome in begun.weighed.outcomes:
        metrics.RISK_OUTCOMES.add(outcome)
    names = {name: cookie_name(call.provider.settings, name) for name in (NAME, PUBLIC)}
    cookies = []
    if begun.device is not None:
        lifetime = int(KEPT.total_seconds()) if begun.device else 0
        cookies.append(Cookie(name=names[NAME], value=begun.device, max_age=lifetime))
    if names[PUBLIC] in call.cookies():
        cookies.append(Cookie(name=names[PUBLIC], value="", max_age=0))
    return answer.with_cookies(*cookies)


def _is_ticked(call: Call) -> bool:
    if call.method != "POST" or not call.headers.get("content-type", "").startswith(FORM):
        return False
    return ("public", "yes") in call.form()
