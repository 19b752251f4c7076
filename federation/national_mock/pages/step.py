"""What the pages of a sign-in share: finding the flow, checking a form, moving on.

A flow is found only with the cookie of the browser that opened it. A form counts only from our own origin
and with the flow's own token. Every form is answered by a redirect, so that Back and Reload are harmless.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from federation.national_mock import assurance
from federation.national_mock.clients import host_of
from federation.national_mock.edge import PageRefused, read_form
from federation.national_mock.flows import Flow
from federation.national_mock.pages.render import page
from federation.national_mock.service import Service, service_of
from federation.national_mock.words import LANGUAGES, say

FLOW_COOKIE = "national-flow"
FLOW_PARAMETER = "sessionDataKey"
_PAGES = {"password": "login.do", "otp": "otp.do", "face": "face.do", "refused": "refused.do"}
_STEPS = ("password", "otp", "face")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that was checked, and the flow it belongs to."""

    flow: Flow
    action: str
    fields: dict[str, str]


def find_flow(request: Request, flow_id: str) -> Flow:
    """The flow of this browser, or a refusal that does not tell why."""
    service = service_of(request)
    flow = service.flows.find(flow_id, browser=request.cookies.get(FLOW_COOKIE, ""), now=service.now())
    if flow is None:
        raise PageRefused(status=400, word="error.flow")
    return flow


def flow_to_show(request: Request) -> Flow:
    """The flow of a page that is looked at, in the language just asked for."""
    flow = find_flow(request, request.query_params.get(FLOW_PARAMETER, ""))
    language = request.query_params.get("lang")
    if language in LANGUAGES and language != flow.language:
        service = service_of(request)
        service.flows.move(flow, language=language)
        return find_flow(request, flow.id)
    return flow


async def read_step(request: Request) -> Form:
    """Check and read a form of ours."""
    service = service_of(request)
    if request.headers.get("origin") != service.settings.issuer:
        raise PageRefused(status=403, word="error.forbidden")
    fields = await read_form(request)
    flow = await run_in_threadpool(find_flow, request, fields.get(FLOW_PARAMETER, ""))
    if not hmac.compare_digest(fields.get("form_token", "").encode(), flow.form_token.encode()):
        raise PageRefused(status=403, word="error.forbidden")
    return Form(flow=flow, action=fields.get("action", "submit"), fields=fields)


def go_to(flow_id: str, step: str, page_name: str = "") -> Response:
    """Send the person to the page of this step, or to another one of it."""
    query = urlencode({FLOW_PARAMETER: flow_id})
    return RedirectResponse(
        f"/authenticationendpoint/{page_name or _PAGES[step]}?{query}",
        status_code=303,
        headers={"Cache-Control": "no-store"},
    )


def advance(service: Service, flow: Flow, *, step: str, **changes: str | int | None) -> Response:
    """Move the flow to a step and the person to its page; if another answer was faster, that page knows."""
    service.flows.move(flow, step=step, **({"error": None} | changes))
    return go_to(flow.id, step)


def step_page(
    request: Request,
    flow: Flow,
    values: Mapping[str, object],
    *,
    status: int = 200,
    minutes: int = 0,
    template: str = "",
) -> Response:
    """Render the page of the flow's step, with who asks and how far it is."""
    client = service_of(request).server.query_client(flow.parameters["client_id"])
    goal = flow.goal or assurance.wanted(flow.parameters.get("acr_values"))[0]
    error = "throttled" if minutes else flow.error
    common = {
        "flow": flow,
        "client_name": client.name if client else flow.parameters["client_id"],
        "client_host": host_of(flow.parameters["redirect_uri"]),
        "steps": _STEPS[: assurance.LEVELS.index(goal) + 1],
        "error": error and say(flow.language, f"error.{error}", minutes=minutes),
    }
    return page(
        request,
        template or f"{flow.step}.html",
        {**common, **values},
        language=flow.language,
        status=status,
        keep={FLOW_PARAMETER: flow.id},
    )


def throttled(request: Request, flow: Flow, values: Mapping[str, object], *, wait: int) -> Response:
    """429, and how long to wait – the one form that is not answered by a redirect."""
    response = step_page(request, flow, values, status=429, minutes=-(-wait // 60))
    response.headers["Retry-After"] = str(wait)
    return response
