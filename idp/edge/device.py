"""Which people this browser has signed in: sealed in its cookie, nothing is stored (PAGES §3.1.13, new device).

Whoever is not among them is told of a sign-in on a new device. Nobody but us can make such a cookie, so a thief can't
pass for a known one; who empties their cookies is told once more.
"""

import json
from datetime import timedelta

from idp.edge.answer import Cookie
from idp.edge.call import Call
from idp.edge.cookie_names import cookie_name
from idp.ids import ClientId, PersonId
from idp.sessions.model import Device
from keys.envelope import Unsealable

NAME = "device"
KEPT = timedelta(days=400)
"""As long as browsers keep a cookie at all (RFC 6265bis §5.5)."""
_MOST = 5
_PURPOSE = "device"
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("Linux", "Linux")),
)


def device_of(call: Call, client_id: ClientId) -> Device:
    """Return what is known of this browser, and what a notice of a sign-in there would say."""
    return Device(
        known=frozenset(_known(call)),
        client_id=client_id,
        browser=browser_family(call.headers.get("user-agent", "")),
    )


def device_cookie(call: Call, person_id: PersonId) -> Cookie:
    """Return the cookie of a browser in which this person has signed in, the last one first."""
    known = [person_id, *(one for one in _known(call) if one != person_id)][:_MOST]
    return Cookie(
        name=cookie_name(call.provider.settings, NAME),
        value=call.provider.vault.seal_compact(json.dumps(known), purpose=_PURPOSE),
        max_age=int(KEPT.total_seconds()),
    )


def browser_family(user_agent: str) -> str:
    """Return "Chrome, Android": words of ours alone, without a version; empty if neither is known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(one for one in (browser, system) if one)


def _known(call: Call) -> list[PersonId]:
    held = call.cookies().get(cookie_name(call.provider.settings, NAME), "")
    try:
        return [PersonId(one) for one in json.loads(call.provider.vault.open_compact(held, purpose=_PURPOSE))]
    except Unsealable:
        return []
