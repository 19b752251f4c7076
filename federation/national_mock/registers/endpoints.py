"""The registers over HTTP, for systems with an access token of scope `registers` – RFC 6750.

What is asked for stands in the path, which the log writes without it.
"""

from authlib.oauth2 import OAuth2Error
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from federation.national_mock.authorization_server import ProtocolRequest
from federation.national_mock.clients import REGISTERS_SCOPE
from federation.national_mock.edge import no_store
from federation.national_mock.registers.address import BASE
from federation.national_mock.registers.records import Enterprise, Person
from federation.national_mock.registers.store import UnknownCursor
from federation.national_mock.service import service_of

_MOST_EVENTS = 200
_LONGEST_CURSOR = 128


async def registers(request: Request) -> Response:
    """GET the base: what is here."""
    if (refusal := await _refused(request)) is not None:
        return refusal
    base = f"{service_of(request).settings.issuer}{BASE}"
    return _json({name: f"{base}/{name}" for name in ("population", "enterprises", "events")})


async def population(request: Request) -> Response:
    """GET one person, by the number they have or had."""
    if (refusal := await _refused(request)) is not None:
        return refusal
    found = await run_in_threadpool(service_of(request).registers.person, request.path_params["personal_id"])
    return _record(found)


async def enterprises(request: Request) -> Response:
    """GET one enterprise, by its tax code."""
    if (refusal := await _refused(request)) is not None:
        return refusal
    found = await run_in_threadpool(service_of(request).registers.enterprise, request.path_params["tax_code"])
    return _record(found)


async def events(request: Request) -> Response:
    """GET what happened after a cursor, in the order of entry; the same question has the same answer."""
    if (refusal := await _refused(request)) is not None:
        return refusal
    after, limit = request.query_params.get("after", ""), request.query_params.get("limit", str(_MOST_EVENTS))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:4]) <= _MOST_EVENTS):
        return _json({"error": "invalid_limit"}, status=400)
    if len(after) > _LONGEST_CURSOR:
        return _json({"error": "invalid_cursor"}, status=400)
    try:
        found, following = await run_in_threadpool(
            service_of(request).registers.events, after=after, limit=int(limit)
        )
    except UnknownCursor:
        return _json({"error": "invalid_cursor"}, status=400)
    return _json({"events": found, "next": following})


async def _refused(request: Request) -> Response | None:
    """Return the refusal of a request without a valid token of the scope, None for one with it."""
    service = service_of(request)
    asked = ProtocolRequest(
        method=request.method,
        uri=f"{service.settings.issuer}{request.url.path}",
        parameters={},
        authorization=request.headers.get("authorization"),
    )
    try:
        await run_in_threadpool(service.protector.validate_request, [REGISTERS_SCOPE], asked)
    except OAuth2Error as error:
        return no_store(service.server.handle_error_response(asked, error))
    return None


def _record(found: Person | Enterprise | None) -> Response:
    return _json({"error": "not_found"}, status=404) if found is None else _json(found.told())


def _json(body: dict[str, object], *, status: int = 200) -> Response:
    return no_store(JSONResponse(body, status_code=status))
