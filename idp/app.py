"""The composition root: settings → database → keyring → routes. The only file that imports everything."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from federation.fetch import FETCH_SECONDS, MOST_CONNECTIONS, Fetcher
from federation.health import Circuit
from federation.national_eid import NationalEid
from federation.oidc import OidcUpstream
from federation.register_reader import RegisterReader
from federation.waiting_room import WaitingRoom
from idp.admission import Admission
from idp.audit.reads import ReadsRecorded
from idp.audit.summary import Summaries
from idp.citizen.routing import ADDRESSES, citizen_router, to_response
from idp.clients.keys import ClientKeys
from idp.clients.request_documents import RequestDocuments
from idp.clients.waiting import Waiting
from idp.clock import Clock
from idp.configuration.cache import ConfigurationCache
from idp.configuration.readiness import ReadinessCheck
from idp.credentials.hashing import PasswordHashing
from idp.database import Database, DatabaseUnavailable
from idp.edge import Answer, BadCall, Call, Endpoint
from idp.edge.adapter import Edge, Prepared, run
from idp.edge.asgi import Asgi
from idp.endpoints.authorize import authorize, resume
from idp.endpoints.check_session import check_session
from idp.endpoints.end_session import end_session
from idp.endpoints.error_response import error_response
from idp.endpoints.health import live, ready
from idp.endpoints.introspect import introspect
from idp.endpoints.jwks import KEYS, jwks
from idp.endpoints.logouts import PATH as LOGOUTS
from idp.endpoints.logouts import logouts
from idp.endpoints.par import par
from idp.endpoints.register import register
from idp.endpoints.registered_client import read_registration, remove_registration, replace_registration
from idp.endpoints.revoke import revoke
from idp.endpoints.test_hooks import rotate_keys
from idp.endpoints.token import token
from idp.endpoints.upstream_callback import PATH as UPSTREAM_CALLBACK
from idp.endpoints.upstream_callback import upstream_callback
from idp.endpoints.upstream_logout import (
    BACK_CHANNEL,
    FRONT_CHANNEL,
    backchannel_logout,
    frontchannel_logout,
)
from idp.endpoints.userinfo import userinfo
from idp.endpoints.well_known import METADATA, openid_configuration
from idp.env_file import take_env_file
from idp.life_events.jobs import Readings
from idp.limits.service import Limits
from idp.messages.senders import senders_of
from idp.protocol.discovery import ENDPOINTS
from idp.protocol.front_channel import offered_response_types
from idp.provider import Provider
from idp.risk.places import places_of
from idp.settings import Settings
from idp.signing_keys.timed import TimedKeyring
from idp.tracing import Tracing, start_tracing
from idp.transaction import Tx
from idp.ui.pages import Pages, Site
from idp.worker import SUMMARIES, look_upstream, work, write_summaries
from keys.envelope import Vault
from keys.keyring import Keyring
from keys.master import MasterKey
from keys.pkcs11.device import Device

_BOTH = {
    "authorization_endpoint": authorize,
    "userinfo_endpoint": userinfo,
    "end_session_endpoint": end_session,
}

ROUTES: Mapping[str, Mapping[str, Endpoint]] = {
    **{ENDPOINTS[name]: {"GET": endpoint, "POST": endpoint} for name, endpoint in _BOTH.items()},
    ENDPOINTS["pushed_authorization_request_endpoint"]: {"POST": par},
    ENDPOINTS["token_endpoint"]: {"POST": token},
    ENDPOINTS["introspection_endpoint"]: {"POST": introspect},
    ENDPOINTS["revocation_endpoint"]: {"POST": revoke},
    ENDPOINTS["jwks_uri"]: {"GET": jwks},
    ENDPOINTS["check_session_iframe"]: {"GET": check_session},
    ENDPOINTS["registration_endpoint"]: {
        "POST": register,
        "GET": read_registration,
        "PUT": replace_registration,
        "DELETE": remove_registration,
    },
    "/.well-known/openid-configuration": {"GET": openid_configuration},
    "/.well-known/oauth-authorization-server": {"GET": openid_configuration},
    "/authorize/resume": {"GET": resume},
    LOGOUTS: {"POST": logouts},
    UPSTREAM_CALLBACK: {"GET": upstream_callback},
    BACK_CHANNEL: {"POST": backchannel_logout},
    FRONT_CHANNEL: {"GET": frontchannel_logout},
    "/health/live": {"GET": live},
    "/health/ready": {"GET": ready},
}

PUBLISHED: Mapping[str, Prepared] = {
    ENDPOINTS["jwks_uri"]: KEYS.full,
    "/.well-known/openid-configuration": METADATA.full,
    "/.well-known/oauth-authorization-server": METADATA.full,
}
"""The same answers again, for who asks for the document and no more."""

_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework's own would send queries and bodies to whatever collector the environment names; ours: idp/tracing."""
_ASSERTION_ALGS = ("ES256", "PS256", "RS256", "EdDSA")
"""By which we prove ourselves at the registers, the first that a key of ours signs."""
_OF_REGISTRATIONS = 8
"""Calls at once that registrations cause."""
_OF_REQUEST_OBJECTS = 32
"""Calls at once that anybody causes who names a request object; twice as many as are waited for."""
_SCIM, _SCIM_V2, _SCIM_ROUTING = "/scim/", "/scim/v2/", "idp.scim.routing"
_TEST_HOOKS: Mapping[str, Mapping[str, Endpoint]] = {"/test-hooks/rotate-keys": {"POST": rotate_keys}}


def routes_of(settings: Settings) -> Mapping[str, Mapping[str, Endpoint]]:
    """Return the protocol endpoints of this installation."""
    served = {**ROUTES, _SCIM_V2: dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), _scim)}
    return {**served, **_TEST_HOOKS} if settings.test_hooks else served


async def _scim(call: Call) -> Answer:
    """Answer under /scim/v2. Its models take a second of CPU to import: at the first request, beside the others."""
    if _SCIM_ROUTING not in sys.modules:
        await asyncio.to_thread(import_module, _SCIM_ROUTING)
    from idp.scim.routing import scim

    return await scim(call)


def make_provider(settings: Settings, clock: Clock | None = None) -> Provider:
    """Wire the provider; raises KeyFileError when the master key can't be used."""
    clock = clock or Clock()
    vault = Vault(MasterKey.load(settings.master_key_path))
    tracing = start_tracing(settings, release=release())
    database_of, fetcher_of = _ways_out(tracing)
    database = database_of(
        settings.effective_database_url,
        Tx.unit(vault, clock),
        pool=settings.database_pool,
        prepared=settings.database_prepared,
        clock=clock,
    )
    keyring = TimedKeyring(vault, (), clock=clock, device=signing_device(settings))
    configuration = ConfigurationCache(database, keyring, clock)
    admission = Admission(settings.most_requests)
    fetcher = _fetcher(fetcher_of, settings, MOST_CONNECTIONS)
    national_fetcher = _fetcher(
        fetcher_of, settings, settings.national_connections, time_limit=settings.national_time_limit
    )
    registers = _registers(settings, national_fetcher, keyring, clock)
    waiting = Waiting(settings.most_requests // 4)
    return Provider(
        settings=settings,
        admission=admission,
        response_types=offered_response_types(in_front=settings.is_certification),
        clock=clock,
        database=database,
        vault=vault,
        keyring=keyring,
        configuration=configuration,
        readiness=ReadinessCheck(database, configuration, keyring, admission, clock),
        pages=Pages(_site(settings)),
        fetcher=fetcher,
        registration_fetcher=_fetcher(fetcher_of, settings, _OF_REGISTRATIONS),
        client_keys=ClientKeys(fetcher, clock, waiting=waiting),
        request_documents=RequestDocuments(
            _fetcher(fetcher_of, settings, _OF_REQUEST_OBJECTS), waiting=waiting
        ),
        national=_national(settings, national_fetcher),
        national_fetcher=national_fetcher,
        national_circuit=Circuit(),
        registers=registers,
        readings=_readings(settings, registers, database, clock),
        waiting_room=WaitingRoom(
            places=min(settings.national_connections - 2, max(settings.most_requests // 5, 1)),
            most_waiting=settings.national_waiting,
        ),
        hashing=PasswordHashing(vault),
        summaries=Summaries(),
        reads=ReadsRecorded(),
        limits=Limits(database),
        places=places_of(settings.risk.places),
        senders=senders_of(settings, fetcher),
        tracing=tracing,
    )


def make_app(provider: Provider) -> Asgi:
    """Return the ASGI application."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await provider.database.open()
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
    if not call.path.startswith(_SCIM):
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


def _site(settings: Settings) -> Site:
    return Site(
        host=urlsplit(settings.issuer).netloc,
        issuer=settings.issuer,
        test_environment=settings.test_environment,
        upstream=settings.national_name,
        upstream_en=settings.national_name_en,
        release=release(),
    )


@cache
def release() -> str:
    """Return the version that is installed."""
    try:
        return version("haiphong-id")
    except PackageNotFoundError:
        return "0"


def signing_device(settings: Settings) -> Device | None:
    """Return the device that makes and keeps signing keys, if the settings name one."""
    if settings.pkcs11_module is None or settings.pkcs11_pin_file is None:
        return None
    return Device(
        module=settings.pkcs11_module,
        token=settings.pkcs11_token,
        pin_file=settings.pkcs11_pin_file,
        time_limit=settings.pkcs11_time_limit,
    )


def _ways_out(
    tracing: Tracing | None,
) -> tuple[Callable[..., Database[Tx]], Callable[..., Fetcher]]:
    """Return what makes the database and the fetchers: with spans around their calls, if traces are asked for."""
    if tracing is None:
        return Database, Fetcher
    from idp.tracing.calls import TracedDatabase, TracedFetcher

    return partial(TracedDatabase, tracing), partial(TracedFetcher, tracing)


def _fetcher(
    fetcher_of: Callable[..., Fetcher],
    settings: Settings,
    connections: int,
    *,
    time_limit: float = FETCH_SECONDS,
) -> Fetcher:
    return fetcher_of(
        total_timeout=time_limit,
        allowed_loopback=frozenset(settings.loopback_origins),
        loopback_hosts=frozenset(settings.loopback_hosts),
        ca_bundle=settings.ca_bundle,
        connections=connections,
    )


def _registers(settings: Settings, fetcher: Fetcher, keyring: Keyring, clock: Clock) -> RegisterReader | None:
    if settings.national_issuer is None or not settings.registers_every:
        return None

    async def sign(claims: Mapping[str, object]) -> str:
        algorithms = keyring.algorithms()
        alg = next((one for one in _ASSERTION_ALGS if one in algorithms), _ASSERTION_ALGS[0])
        return await keyring.sign(claims, typ="JWT", alg=alg)

    return RegisterReader(
        fetcher,
        issuer=settings.national_issuer,
        client_id=settings.national_client_id,
        sign=sign,
        new_jti=clock.token,
    )


def _readings(
    settings: Settings, reader: RegisterReader | None, database: Database[Tx], clock: Clock
) -> Readings | None:
    if reader is None:
        return None
    return Readings(
        database=database,
        reader=reader,
        clock=clock,
        circuit=Circuit(),
        old_after=settings.life.register_reading,
    )


def _national(settings: Settings, fetcher: Fetcher) -> NationalEid | None:
    if settings.national_issuer is None:
        return None
    upstream = OidcUpstream(
        fetcher,
        issuer=settings.national_issuer,
        client_id=settings.national_client_id,
        client_secret=settings.national_client_secret.get_secret_value(),
        redirect_uri=settings.issuer + UPSTREAM_CALLBACK,
    )
    return NationalEid(upstream, patience=settings.national_patience)
