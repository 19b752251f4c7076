"""The provider as an ASGI application: protocol endpoints in front, pages behind them, jobs beside them."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache, partial

from fastapi import FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from idp.app.routes import PUBLISHED, SCIM, routes_of
from idp.app.wiring import make_provider
from idp.citizen.routing import ADDRESSES, citizen_router, to_response
from idp.database import DatabaseUnavailable
from idp.edge import Answer, BadCall, Call
from idp.edge.adapter import Edge, run
from idp.edge.asgi import Asgi
from idp.endpoints.error_response import error_response
from idp.env_file import take_env_file
from idp.provider import Provider
from idp.settings import Settings
from idp.worker import SUMMARIES, look_upstream, work, write_summaries

_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework's own would send queries and bodies to whatever collector the environment names; ours: idp/tracing."""


def make_app(provider: Provider) -> Asgi:
    """Return the ASGI application."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await provider.database.open()
        await provider.hashing.open()
        tasks = [
            asyncio.create_task(provider.configuration.keep_fresh()),
            asyncio.create_task(write_summaries(provider)),
            asyncio.create_task(
                provider.admission.watch(provider.clock, lambda: provider.waiting_room.waiting)
            ),
        ]
        if provider.national is not None:
            tasks.append(asyncio.create_task(look_upstream(provider)))
        if provider.settings.runs_worker:
            tasks.append(asyncio.create_task(work(provider)))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(DatabaseUnavailable):
            await SUMMARIES.run(provider)
        await provider.aclose()

    pages = FastAPI(
        title="Hải Phòng ID",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        routes=[*_citizen_routes()],
        telemetry=_NO_TELEMETRY,
    )

    @pages.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        call = request.scope["hpid.call"]
        return to_response(error_response(call, BadCall(error.status_code, str(error.detail))))

    routes = routes_of(provider.settings)
    edge = Edge(
        provider, routes=routes, addresses=ADDRESSES, published=PUBLISHED, pages=pages, render=_render
    )
    return _traced(edge, provider)


def _render(call: Call, error: Exception) -> Answer:
    """Return the answer for whatever was raised, in the form of whose address it is."""
    if not call.path.startswith(SCIM):
        return error_response(call, error)
    from idp.scim.errors import scim_error

    return scim_error(call, error)


def _traced(edge: Edge, provider: Provider) -> Asgi:
    """Put a span around each request, if traces are asked for."""
    if provider.tracing is None:
        return edge
    from idp.tracing.requests import traced

    return traced(
        edge,
        provider.tracing,
        trusted_proxies=provider.settings.trusted_proxies,
        route_of=edge.name_of,
    )


@cache
def _citizen_routes() -> Sequence[BaseRoute]:
    """The pages hold nothing of an installation: their routes are made once."""
    return citizen_router(partial(run, render=error_response)).routes


def application() -> Asgi:
    """Return the application from environment and `hpid.env`, for an ASGI server that takes a factory."""
    take_env_file(os.environ)
    return make_app(make_provider(Settings()))
