"""`/` and the pages of help: open to anybody."""

from functools import partial

from idp.edge import Answer, BadCall, Call
from idp.edge.cookie_names import cookie_name
from idp.edge.page import page
from idp.transaction import Tx
from idp.ui.headers import static_headers
from idp.ui.info import INFO_PAGES
from idp.ui.static import STATIC, of_another_release, static


async def front(call: Call) -> Answer:
    """Say what this is, and who is signed in."""
    cookie = call.cookies().get(cookie_name(call.provider.settings, "session"))
    name = None
    if cookie is not None:
        name = await call.provider.database.read(partial(_signed_in_name, cookie=cookie, call=call))
    return page(call, "home.html", signed_in_name=name)


async def info(call: Call) -> Answer:
    """Show a page of help."""
    return page(call, "info.html", page=INFO_PAGES[call.path])


def _signed_in_name(tx: Tx, *, cookie: str, call: Call) -> str | None:
    session = tx.sessions.find(cookie)
    if session is None or not session.is_live(call.provider.clock.now(), call.provider.settings.life):
        return None
    person = tx.people.canonical(session.person_id)
    return person.profile.full_name if person else None


async def asset(call: Call) -> Answer:
    """Serve a style, script or icon of ours; its name holds its digest, so it never changes.

    While a release is changed, another node's pages name theirs: then ours stands in for it, and nobody keeps it.
    """
    ours = call.path if call.path in STATIC else of_another_release(call.path)
    if ours is None:
        raise BadCall(404, "no such address")
    content_type, body = STATIC[ours]
    headers = static_headers(https=call.provider.settings.is_https, is_named_so=ours == call.path)
    return Answer(
        headers=(
            ("content-type", content_type),
            *((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers),
        ),
        body=body,
    )


async def favicon(call: Call) -> Answer:
    """Lead browsers that ask for the old place to the icon."""
    del call
    return Answer.redirect(static("favicon.png"))
