"""The ASGI application: every address of the service on one page."""

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from federation.national_mock import discovery, endpoints
from federation.national_mock.edge import PageRefused, RequestLog, no_store
from federation.national_mock.faults import faults_endpoint
from federation.national_mock.faulty_service import FaultyService
from federation.national_mock.pages import (
    event_form,
    face,
    fault_panel,
    login,
    otp,
    phone,
    plain,
    profile,
    refused,
    scan,
)
from federation.national_mock.pages.render import error_page, maintenance_page
from federation.national_mock.registers import endpoints as registers
from federation.national_mock.registers.address import BASE
from federation.national_mock.registers.entry import events_entry
from federation.national_mock.service import build
from federation.national_mock.settings import Settings
from federation.national_mock.sign_out_order import sign_out_order
from federation.national_mock.userinfo import userinfo

_ROUTES = [
    Route("/.well-known/openid-configuration", discovery.discovery),
    Route("/oauth2/oidcdiscovery/.well-known/openid-configuration", discovery.discovery),
    Route("/oauth2/jwks", discovery.jwks),
    Route("/oauth2/authorize", endpoints.authorize, methods=["GET", "POST"]),
    Route("/oauth2/token", endpoints.token, methods=["POST"]),
    Route("/oauth2/userinfo", userinfo, methods=["GET", "POST"]),
    Route("/oidc/logout", endpoints.logout, methods=["GET", "POST"]),
    Route("/authenticationendpoint/login.do", login.show_login),
    Route("/authenticationendpoint/login.do", login.take_login, methods=["POST"]),
    Route("/authenticationendpoint/qr.do", scan.show_scan),
    Route("/authenticationendpoint/qr.do", scan.take_scan, methods=["POST"]),
    Route("/phone", phone.show_phone),
    Route("/phone", phone.take_phone, methods=["POST"]),
    Route("/authenticationendpoint/otp.do", otp.show_otp),
    Route("/authenticationendpoint/otp.do", otp.take_otp, methods=["POST"]),
    Route("/authenticationendpoint/face.do", face.show_face),
    Route("/authenticationendpoint/face.do", face.take_face, methods=["POST"]),
    Route("/authenticationendpoint/refused.do", refused.show_refused),
    Route("/authenticationendpoint/refused.do", refused.take_refused, methods=["POST"]),
    Route("/authenticationendpoint/profile.do", profile.show_profile),
    Route("/authenticationendpoint/profile.do", profile.sign_out, methods=["POST"]),
    Route("/dien-thoai/{flow}", otp.show_phone),
    Route(BASE, registers.registers),
    Route(f"{BASE}/population/{{personal_id}}", registers.population),
    Route(f"{BASE}/enterprises/{{tax_code}}", registers.enterprises),
    Route(f"{BASE}/events", registers.events),
    Route("/static/national.css", plain.style_sheet),
    Route("/static/icon.svg", plain.icon),
    Route("/health", plain.health),
    Route("/", plain.home),
]
_TESTERS_ROUTES = [
    Route("/faults", fault_panel.show_panel),
    Route("/faults", fault_panel.order_fault, methods=["POST"]),
    Route("/faults/events", event_form.show_event_form),
    Route("/faults/events", event_form.enter_event, methods=["POST"]),
    Route("/__faults", faults_endpoint, methods=["GET", "POST"]),
    Route("/__events", events_entry, methods=["POST"]),
    Route("/__sign_out", sign_out_order, methods=["POST"]),
]


def create_app(settings: Settings, *, clock: Callable[[], float] = time.time) -> Starlette:
    """Build the application; its parts are at ``app.state.service``."""
    service = build(settings, clock=clock)
    app = Starlette(
        routes=[*_ROUTES, *_TESTERS_ROUTES] if settings.faults else _ROUTES,
        middleware=[
            Middleware(RequestLog),
            Middleware(FaultyService, faults=service.faults, maintenance_page=maintenance_page),
        ],
        exception_handlers={PageRefused: _show_refusal, HTTPException: _show_http_error},
    )
    app.state.service = service
    return app


async def _show_refusal(request: Request, error: Exception) -> Response:
    """A refusal of ours: a page for people, an OAuth error for the token endpoint's callers."""
    if not isinstance(error, PageRefused):
        raise error
    if request.url.path == "/oauth2/token":
        return no_store(JSONResponse({"error": "invalid_request"}, status_code=error.status))
    return error_page(request, error.word, status=error.status)


async def _show_http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    word = "error.method" if error.status_code == 405 else "error.not_found"
    response = error_page(request, word, status=error.status_code)
    response.headers.update(error.headers or {})
    return response
