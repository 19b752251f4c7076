"""Page 1: number and password.

One sentence for an unknown number and for a wrong password. That an account is locked is told only to who
knows its password.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock import assurance
from federation.national_mock.accounts import Account, AccountEntry, normalise_login
from federation.national_mock.flows import Flow, new_otp
from federation.national_mock.pages.leaving import finish, leave
from federation.national_mock.pages.scan import scan_to_show
from federation.national_mock.pages.step import (
    Form,
    advance,
    flow_to_show,
    go_to,
    read_step,
    step_page,
    throttled,
)
from federation.national_mock.service import Service, service_of

_MAX_TYPED = 64


def show_login(request: Request) -> Response:
    """GET login.do."""
    flow = flow_to_show(request)
    return _login_page(request, flow) if flow.step == "password" else go_to(flow.id, flow.step)


async def take_login(request: Request) -> Response:
    """POST login.do."""
    form = await read_step(request)
    return await run_in_threadpool(_take, request, form)


def _take(request: Request, form: Form) -> Response:
    flow = form.flow
    if flow.step != "password":
        return go_to(flow.id, flow.step)
    if form.action == "cancel":
        return leave(service_of(request), flow, "The person cancelled")
    return _check(request, form)


def _check(request: Request, form: Form) -> Response:
    service, flow = service_of(request), form.flow
    typed, password = form.fields.get("number", "")[:_MAX_TYPED], form.fields.get("password", "")
    login = normalise_login(typed)
    if not login or not password:
        return advance(service, flow, step="password", error="empty", login=typed)
    if wait := service.throttle.reserve(login, now=service.now()):
        values = _prefilled(service, None, typed) | scan_to_show(service, flow)
        return throttled(request, flow, values, wait=wait)
    account = service.accounts.check_password(login, password)
    if account is None:
        return advance(service, flow, step="password", error="credentials", login=typed)
    service.throttle.give_back(login)
    return _proceed(request, flow, account, login)


def _proceed(request: Request, flow: Flow, account: Account, login: str) -> Response:
    """The password was right: on to the next factor, if the account may be used and needs one."""
    service = service_of(request)
    goal = assurance.choose(flow.parameters.get("acr_values"), account)
    found = {"login": login, "sub": account.sub, "goal": goal}
    if account.status != "active":
        return advance(service, flow, step="refused", **found)
    if goal == "LoA1":
        service.throttle.clear(login)
        return finish(request, flow, sub=account.sub, goal=goal)
    return advance(service, flow, step="otp", **found, **new_otp(service.now()))


def _login_page(request: Request, flow: Flow) -> Response:
    service = service_of(request)
    wish = request.query_params.get("fill")
    chosen = next((p for p in service.personas if wish in {p.sub, p.number}), None)
    values = _prefilled(service, chosen, flow.login or "") | scan_to_show(service, flow)
    return step_page(request, flow, values)


def _prefilled(service: Service, chosen: AccountEntry | None, typed: str) -> dict[str, object]:
    return {
        "personas": service.personas,
        "chosen": chosen,
        "number": chosen.number if chosen else typed,
        "password": chosen.password if chosen else "",
    }
