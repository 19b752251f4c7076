"""The protocol's addresses: authorize, token, logout – RFC 6749 §3, OpenID Connect Core §3.1.2.

There is no single sign-on: ``prompt=none`` is always answered ``login_required``, and ``prompt=login`` and
``max_age`` are met by every sign-in.
"""

import re
import secrets

from authlib.oauth2.rfc6749 import OAuth2Error
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock.authorization_server import ProtocolRequest
from federation.national_mock.edge import PageRefused, no_store, parse_parameters, read_form
from federation.national_mock.pages.render import LANGUAGE_COOKIE, message_page, set_cookie
from federation.national_mock.pages.step import FLOW_COOKIE, go_to
from federation.national_mock.service import service_of
from federation.national_mock.words import LANGUAGES, first_known

_BROWSER_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


async def authorize(request: Request) -> Response:
    """Check the request, open a flow for this browser, send the person to page 1."""
    service = service_of(request)
    asked = await _protocol_request(request)
    try:
        await run_in_threadpool(service.server.get_consent_grant, asked)
    except OAuth2Error as error:
        if error.redirect_uri is None:  # RFC 6749 §4.1.2.1: neither client nor address can be trusted
            raise PageRefused(status=400, word="error.client") from error
        return service.server.handle_error_response(asked, error)
    browser = request.cookies.get(FLOW_COOKIE, "")
    if not _BROWSER_SECRET.fullmatch(browser):
        browser = secrets.token_urlsafe(32)
    flow_id = await run_in_threadpool(_open_flow, request, asked, browser)
    response = go_to(flow_id, "password")
    set_cookie(request, response, FLOW_COOKIE, browser)
    return response


async def token(request: Request) -> Response:
    """Redeem a code."""
    service = service_of(request)
    asked = await _protocol_request(request)
    response: Response = await run_in_threadpool(service.server.create_token_response, asked)
    return response


async def logout(request: Request) -> Response:
    """End what the relying party holds and return to it, if its address is registered."""
    service = service_of(request)
    asked = await _protocol_request(request)
    response: Response | None = await run_in_threadpool(
        service.server.create_endpoint_response, "end_session", asked
    )
    if response is None:
        return message_page(request, "logout")
    if response.status_code != 303:
        raise PageRefused(status=400, word="error.request")
    return no_store(response)


def _open_flow(request: Request, asked: ProtocolRequest, browser: str) -> str:
    service = service_of(request)
    remembered = request.cookies.get(LANGUAGE_COOKIE)
    return service.flows.open(
        browser=browser,
        parameters=asked.form,
        language=first_known(asked.form.get("ui_locales", ""))
        or (remembered if remembered in LANGUAGES else "vi"),
        now=service.now(),
    )


async def _protocol_request(request: Request) -> ProtocolRequest:
    service = service_of(request)
    is_post = request.method == "POST"
    return ProtocolRequest(
        method=request.method,
        uri=f"{service.settings.issuer}{request.url.path}",
        parameters=await read_form(request) if is_post else parse_parameters(request.scope["query_string"]),
        authorization=request.headers.get("authorization"),
    )
