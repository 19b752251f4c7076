"""Page 3, for LoA3: the face match, of which only the outcome is simulated."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock.pages.leaving import finish, leave
from federation.national_mock.pages.step import Form, advance, flow_to_show, go_to, read_step, step_page
from federation.national_mock.service import service_of


def show_face(request: Request) -> Response:
    """GET face.do."""
    flow = flow_to_show(request)
    return step_page(request, flow, {}) if flow.step == "face" else go_to(flow.id, flow.step)


async def take_face(request: Request) -> Response:
    """POST face.do."""
    form = await read_step(request)
    return await run_in_threadpool(_take, request, form)


def _take(request: Request, form: Form) -> Response:
    service = service_of(request)
    flow = form.flow
    if flow.step != "face":
        return go_to(flow.id, flow.step)
    if form.action == "cancel":
        return leave(service, flow, "The person cancelled")
    if form.action != "match":
        return advance(service, flow, step="face", error="face")
    return finish(request, flow, sub=flow.sub or "", goal="LoA3")
