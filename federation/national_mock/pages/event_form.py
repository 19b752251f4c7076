"""`/faults/events`: something happens in the registers, by a form, in a browser on this machine.

First the type, then its facts; what was entered is confirmed on the same page.
"""

from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from federation.national_mock.edge import read_form
from federation.national_mock.event_fields import FIELDS, event_of, subject_name
from federation.national_mock.loopback import check_person
from federation.national_mock.pages.render import language_of, page
from federation.national_mock.registers.events import TYPES, read_event
from federation.national_mock.registers.store import NotApplicable
from federation.national_mock.service import service_of


def show_event_form(request: Request) -> Response:
    """GET /faults/events."""
    check_person(request)
    kind = request.query_params.get("type", "")
    return _page(request, kind if kind in TYPES else "", {}, entered="entered" in request.query_params)


async def enter_event(request: Request) -> Response:
    """POST /faults/events."""
    check_person(request)
    typed = await read_form(request)
    kind, service = typed.get("type", ""), service_of(request)
    if kind not in TYPES:
        return _page(request, "", {}, error="invalid_event")
    try:
        event = read_event(event_of(kind, typed))
        await run_in_threadpool(service.registers.enter, event, now=service.now())
    except ValidationError:
        return _page(request, kind, typed, error="invalid_event")
    except NotApplicable as error:
        return _page(request, kind, typed, error=str(error))
    query = urlencode({"type": kind, "entered": "1"})
    return RedirectResponse(f"/faults/events?{query}", status_code=303, headers={"Cache-Control": "no-store"})


def _page(
    request: Request, kind: str, typed: dict[str, str], *, error: str = "", entered: bool = False
) -> Response:
    values = {
        "types": TYPES,
        "kind": kind,
        "fields": FIELDS.get(kind, ()),
        "subject_name": subject_name(kind),
        "typed": typed,
        "wrong": error,
        "entered": entered,
        "personas": service_of(request).personas,
    }
    status = 400 if error else 200
    keep = {"type": kind} if kind else {}
    return page(request, "events.html", values, language=language_of(request), status=status, keep=keep)
