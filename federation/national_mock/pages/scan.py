"""Page 1, the other way: scan the QR code with the phone, confirm there, press the button here.

What the phone confirmed counts for the browser that showed the code and for nobody else: the flow is found by its cookie.
The button asks whether it is confirmed: no script, and no page that moves by itself.
"""

from typing import Any

import segno
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock import assurance
from federation.national_mock.accounts import Account
from federation.national_mock.flows import Flow
from federation.national_mock.pages.leaving import finish, leave
from federation.national_mock.pages.step import Form, advance, flow_to_show, go_to, read_step, step_page
from federation.national_mock.service import Service, service_of


def show_scan(request: Request) -> Response:
    """GET qr.do: a code, its digits, and the button."""
    flow, service = flow_to_show(request), service_of(request)
    if flow.step != "password":
        return go_to(flow.id, flow.step)
    state, _ = service.scans.outcome(flow, now=service.now())
    if state in {"confirmed", "refused"}:
        return step_page(request, flow, {"state": state}, template="qr.html")
    return step_page(request, flow, scan_to_show(service, flow) | {"state": "shown"}, template="qr.html")


async def take_scan(request: Request) -> Response:
    """POST qr.do."""
    form = await read_step(request)
    return await run_in_threadpool(_take, request, form)


def scan_to_show(service: Service, flow: Flow) -> dict[str, Any]:
    """Return what a page shows of the flow's scan, begun now if there is none."""
    code, digits = service.scans.show(flow, now=service.now())
    address = f"{service.settings.issuer}/phone?c={code}"
    drawn = segno.make(address, error="m", micro=False)
    svg = drawn.svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000000", light="#ffffff"
    )
    return {
        "qr": Markup(svg),  # noqa: S704 – drawn by segno from our own text
        "code": f"{code[:4]}-{code[4:]}",
        "digits": digits,
        "phone": f"{service.settings.issuer}/phone".removeprefix("http://").removeprefix("https://"),
    }


def _take(request: Request, form: Form) -> Response:
    service, flow = service_of(request), form.flow
    if flow.step != "password":
        return go_to(flow.id, flow.step)
    if form.action == "cancel":
        return leave(service, flow, "The person cancelled")
    state, sub = service.scans.outcome(flow, now=service.now())
    if form.action == "new" or state == "expired":
        service.scans.show(flow, now=service.now(), anew=True)
        return _again(service, flow, error=None)
    account = None if sub is None else service.accounts.find(sub)
    if state != "confirmed" or account is None:
        return _again(service, flow, error=None if state == "refused" else "scan_waiting")
    return _proceed(request, flow, account)


def _again(service: Service, flow: Flow, *, error: str | None) -> Response:
    service.flows.move(flow, error=error)
    return go_to(flow.id, "password", "qr.do")


def _proceed(request: Request, flow: Flow, account: Account) -> Response:
    """The phone confirmed: on to the face where the highest level is asked for, else back with a code."""
    service = service_of(request)
    found: dict[str, str | int | None] = {"login": account.number, "sub": account.sub, "method": "qr"}
    if account.status != "active":
        return advance(service, flow, step="refused", goal="LoA2", **found)
    if assurance.choose(flow.parameters.get("acr_values"), account) == "LoA3":
        return advance(service, flow, step="face", goal="LoA3", **found)
    return finish(request, flow, sub=account.sub, goal="LoA2", method="qr")
