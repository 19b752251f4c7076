"""Entering an event: the tester makes something happen in the registers.

`POST /__events {"type", "subject", "facts"}` from a program on this machine, under the same setting as the faults.
"""

import json

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from federation.national_mock.edge import no_store, read_body
from federation.national_mock.loopback import check_program
from federation.national_mock.registers.events import TYPES, read_event
from federation.national_mock.registers.store import NotApplicable
from federation.national_mock.service import service_of

_STATUSES = {"not_found": 404, "number_taken": 409, "related_to_themselves": 400}


async def events_entry(request: Request) -> Response:
    """201 and the id of the event; 400 for no event, 404 for a subject nobody has, 409 for a number that is taken."""
    check_program(request)
    service = service_of(request)
    try:
        event = read_event(json.loads(await read_body(request)))
    except (ValidationError, ValueError):
        return _json({"error": "invalid_event", "types": TYPES}, status=400)
    try:
        event_id = await run_in_threadpool(service.registers.enter, event, now=service.now())
    except NotApplicable as error:
        return _json({"error": str(error)}, status=_STATUSES[str(error)])
    return _json({"id": event_id}, status=201)


def _json(body: dict[str, object], *, status: int) -> Response:
    return no_store(JSONResponse(body, status_code=status))
