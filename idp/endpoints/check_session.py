"""The session iframe – OpenID Connect Session Management 1.0 §3.2–3.3. The one page of ours that others may frame.

It holds a script and nothing else: whoever frames it posts `client_id session_state` and is told `unchanged`, `changed`
or `error`. Offered in the certification profile alone.
"""

from idp.edge import Answer, BadCall, Call
from idp.edge.browser_state import NAME
from idp.edge.cookie_names import cookie_name
from idp.ui.headers import framed_headers
from idp.ui.language import Language
from idp.ui.pages import Frame


async def check_session(call: Call) -> Answer:
    """Answer the frame."""
    settings = call.provider.settings
    if not settings.is_certification:
        raise BadCall(404, "no such address")
    body = call.provider.pages.render(
        "check_session.html", Frame(language=Language.EN), cookie=cookie_name(settings, NAME)
    )
    headers = framed_headers(https=settings.is_https)
    return Answer.html(
        body, headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
    )
