"""The state of this browser at the provider – OpenID Connect Session Management 1.0 §3.1, §4.2; DESIGN 5.13.

A random value in a cookie that scripts of our own frame may read, also within a page of another site (SameSite=None). It
opens nothing and nothing of it is stored here. It is new after every sign-in and sign-out and is never taken away:
without it the frame could only say `error`. Offered in the certification profile alone, which is https always.
"""

from idp.edge.answer import Cookie
from idp.edge.call import Call
from idp.edge.cookie_names import cookie_name
from idp.protocol.session_state import BROWSER_STATE, session_state

NAME = "browser-state"
_LIFETIME = 400 * 24 * 3600  # as long as browsers keep a cookie at all (RFC 6265bis §5.5)


def changed_state(call: Call) -> list[Cookie]:
    """Return the cookie that says: somebody has signed in or out here; none where this is not offered."""
    if not call.provider.settings.is_certification:
        return []
    return [_cookie(call, call.provider.clock.token())]


def state_for(call: Call, client_id: str, redirect_uri: str) -> tuple[str | None, list[Cookie]]:
    """Return the session_state of an answer, and the cookie to set if this browser had none."""
    if not call.provider.settings.is_certification:
        return None, []
    held = call.cookies().get(cookie_name(call.provider.settings, NAME), "")
    is_held = BROWSER_STATE.fullmatch(held) is not None
    state = held if is_held else call.provider.clock.token()
    salt = call.provider.clock.token()
    computed = session_state(client_id=client_id, redirect_uri=redirect_uri, browser_state=state, salt=salt)
    return computed, [] if is_held else [_cookie(call, state)]


def _cookie(call: Call, state: str) -> Cookie:
    return Cookie(
        name=cookie_name(call.provider.settings, NAME),
        value=state,
        max_age=_LIFETIME,
        same_site="None",
        is_for_scripts=True,
    )
