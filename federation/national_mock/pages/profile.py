"""The account page: where this browser is signed in through the service, and signing out of all of it.

Relying parties are told by both channels: one by one from here, and by the frames of the page that follows.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock.edge import PageRefused, read_form
from federation.national_mock.pages.render import language_of, page
from federation.national_mock.pages.step import FLOW_COOKIE
from federation.national_mock.service import Service, service_of
from federation.national_mock.viet_nam import local


def show_profile(request: Request) -> Response:
    """GET profile.do."""
    service = service_of(request)
    sessions = service.sessions.of_browser(_browser(request), now=service.now())
    rows = [
        {
            "name": _name(service, one.client_id),
            "at": local(one.started_at).strftime("%H:%M, %d/%m/%Y"),
        }
        for one in sessions
    ]
    return page(request, "profile.html", {"sessions": rows}, language=language_of(request))


async def sign_out(request: Request) -> Response:
    """POST profile.do: the form has no secret, so it counts from our own origin only (the cookie is Lax besides)."""
    if request.headers.get("origin") != service_of(request).settings.issuer:
        raise PageRefused(status=403, word="error.forbidden")
    await read_form(request)
    return await run_in_threadpool(_end, request)


def _end(request: Request) -> Response:
    service = service_of(request)
    ended = service.sessions.end_of_browser(_browser(request), now=service.now())
    for session in ended:
        service.server.codes.revoke_tokens(sub=session.sub, client_id=session.client_id)
    told = service.telling.tell(ended)
    return page(
        request,
        "signed_out.html",
        {"told": told, "ended": len(ended)},
        language=language_of(request),
        frames=told.frames,
    )


def _browser(request: Request) -> str:
    return request.cookies.get(FLOW_COOKIE, "")


def _name(service: Service, client_id: str) -> str:
    client = service.server.query_client(client_id)
    return client.name if client else client_id
