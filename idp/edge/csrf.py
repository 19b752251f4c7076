"""Who may post to us: our own pages, in the browser they were served to (DESIGN 5.13, SECURITY A08).

A token bound to a cookie of this browser, and the request's own word on where it comes from. Our pages carry
`Referrer-Policy: no-referrer`, under which browsers send `Origin: null` with a form; then Sec-Fetch-Site must vouch.

A browser may be several people's. A page that was shown to somebody says to whom, by a mark nobody else's page has: left
open, it counts for them alone, and never for who has signed in since.
"""

import hmac

from idp.edge.answer import Cookie
from idp.edge.call import BadCall, Call
from idp.edge.cookie_names import cookie_name

_BROWSER = "browser"
FIELD = "csrf"
SHOWN_TO = "shown-to"


def browser_cookie(call: Call) -> tuple[str, Cookie | None]:
    """Return this browser's random name for itself, and the cookie to set if it had none."""
    name = cookie_name(call.provider.settings, _BROWSER)
    held = call.cookies().get(name, "")
    if 16 <= len(held) <= 64 and held.isascii():
        return held, None
    fresh = call.provider.clock.token(24)
    return fresh, Cookie(name=name, value=fresh)


def csrf_token(call: Call, browser: str) -> str:
    """Return the token forms of this browser carry."""
    return call.provider.vault.subject(browser, "csrf")


def mark_of(call: Call, browser: str, person_id: str) -> str:
    """Return what the forms of a page carry that was shown to this person in this browser; empty for nobody's."""
    return call.provider.vault.subject(f"{browser} {person_id}", "shown to") if person_id else ""


def is_shown_to(call: Call, form: dict[str, str], person_id: str) -> bool:
    """Tell whether a form is of a page shown to this person; one without a mark was shown to nobody in particular."""
    sent = form.get(SHOWN_TO)
    if sent is None:
        return True
    browser, _ = browser_cookie(call)
    return hmac.compare_digest(sent.encode(), mark_of(call, browser, person_id).encode())


def check_post(call: Call, form: dict[str, str]) -> None:
    """Refuse a POST that one of our pages in this browser did not send."""
    origin = call.headers.get("origin", "null")
    site = call.headers.get("sec-fetch-site", "same-origin")
    if (origin not in {"null", call.provider.settings.issuer}) or (
        origin == "null" and site != "same-origin"
    ):
        raise BadCall(403, "the form was sent from another site")
    if site not in {"same-origin", "none"}:
        raise BadCall(403, "the form was sent from another site")
    browser, fresh = browser_cookie(call)
    sent, expected = form.get(FIELD, "").encode(), csrf_token(call, browser).encode()
    if fresh is not None or not hmac.compare_digest(sent, expected):
        raise BadCall(403, "the form is not of this browser")
