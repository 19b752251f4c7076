"""The page for an account that cannot be used: locked, holder dead, card run out, organisation gone.

It says why to the person and lets them return; the relying party is told ``access_denied`` and the ground.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock.flows import Flow
from federation.national_mock.pages.leaving import leave
from federation.national_mock.pages.step import Form, flow_to_show, go_to, read_step, step_page
from federation.national_mock.service import service_of


def show_refused(request: Request) -> Response:
    """GET refused.do."""
    flow = flow_to_show(request)
    if flow.step != "refused":
        return go_to(flow.id, flow.step)
    return step_page(request, flow, {"reason": f"refused.{_status(request, flow)}"})


async def take_refused(request: Request) -> Response:
    """POST refused.do."""
    form = await read_step(request)
    return await run_in_threadpool(_take, request, form)


def _take(request: Request, form: Form) -> Response:
    service = service_of(request)
    if form.flow.step != "refused":
        return go_to(form.flow.id, form.flow.step)
    return leave(service, form.flow, f"The account cannot be used: {_status(request, form.flow)}")


def _status(request: Request, flow: Flow) -> str:
    service = service_of(request)
    account = service.accounts.find(flow.sub or "")
    return "locked" if account is None or account.status == "active" else account.status
