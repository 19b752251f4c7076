"""Page 2: the one-time code, and the pretend phone on which it arrives.

The code lives five minutes. Wrong tries count with the wrong passwords of the same number, so starting
again gains nothing.
"""

import hmac

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock.flows import Flow, new_otp
from federation.national_mock.pages.leaving import finish, leave
from federation.national_mock.pages.render import language_of, page
from federation.national_mock.pages.step import (
    Form,
    advance,
    find_flow,
    flow_to_show,
    go_to,
    read_step,
    step_page,
    throttled,
)
from federation.national_mock.service import service_of
from federation.national_mock.viet_nam import local


def show_otp(request: Request) -> Response:
    """GET otp.do."""
    flow = flow_to_show(request)
    if flow.step != "otp":
        return go_to(flow.id, flow.step)
    return step_page(request, flow, _message(request, flow))


def show_phone(request: Request) -> Response:
    """GET /dien-thoai/<flow>: the phone of the person who signs in, in the same browser."""
    flow = find_flow(request, request.path_params["flow"])
    language = flow.language if "lang" not in request.query_params else language_of(request)
    return page(request, "phone.html", _message(request, flow), language=language)


async def take_otp(request: Request) -> Response:
    """POST otp.do."""
    form = await read_step(request)
    return await run_in_threadpool(_take, request, form)


def _take(request: Request, form: Form) -> Response:
    service = service_of(request)
    flow, now = form.flow, service.now()
    if flow.step != "otp":
        return go_to(flow.id, flow.step)
    if form.action == "cancel":
        return leave(service, flow, "The person cancelled")
    if form.action == "restart":
        return advance(service, flow, step="password", login=None, sub=None, goal=None, otp=None)
    if form.action == "resend":
        return advance(service, flow, step="otp", **new_otp(now))
    return _check(request, form, now=now)


def _check(request: Request, form: Form, *, now: int) -> Response:
    service = service_of(request)
    flow, login = form.flow, form.flow.login or ""
    if wait := service.throttle.reserve(login, now=now):
        return throttled(request, flow, _message(request, flow), wait=wait)
    typed = "".join(form.fields.get("otp", "").split())
    if not flow.otp or not hmac.compare_digest(typed.encode(), flow.otp.encode()):
        return advance(service, flow, step="otp", error="otp")
    if (flow.otp_expires_at or 0) <= now:
        return advance(service, flow, step="otp", error="otp_expired")
    service.throttle.clear(login)
    if flow.goal == "LoA3":
        return advance(service, flow, step="face", otp=None)
    return finish(request, flow, sub=flow.sub or "", goal="LoA2")


def _message(request: Request, flow: Flow) -> dict[str, object]:
    service = service_of(request)
    ends_at = flow.otp_expires_at or 0
    is_live = flow.step == "otp" and ends_at > service.now()
    until = local(ends_at).strftime("%H:%M")
    return {"otp": flow.otp if is_live else None, "until": until}
