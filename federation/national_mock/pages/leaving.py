"""Back to the relying party, with a code or with an error – RFC 6749 §4.1.2, RFC 9207 §2.

The flow is closed by the same statement that decides who won, so one sign-in gives one answer.
"""

from authlib.oauth2.rfc6749.errors import AccessDeniedError
from starlette.requests import Request
from starlette.responses import Response

from federation.national_mock import assurance
from federation.national_mock.authorization_server import ProtocolRequest, SignedIn
from federation.national_mock.edge import PageRefused
from federation.national_mock.flows import Flow
from federation.national_mock.pages.render import page
from federation.national_mock.service import Service, service_of


def finish(request: Request, flow: Flow, *, sub: str, goal: str, method: str = "") -> Response:
    """Every factor was proved: give the relying party its code."""
    service = service_of(request)
    account = service.accounts.find(sub)
    if account is None or account.status != "active" or not service.flows.close(flow):
        raise PageRefused(status=400, word="error.flow")
    signed_in = SignedIn(
        account=account,
        acr=goal,
        amr=(assurance.AMR_BY_SCAN if flow.method == "qr" or method == "qr" else assurance.AMR)[goal],
        auth_time=service.now(),
        browser_digest=flow.browser_digest,
    )
    asked = _asked(service, flow)
    grant = service.server.get_consent_grant(asked, end_user=signed_in)
    response: Response = service.server.create_authorization_response(
        asked, grant_user=signed_in, grant=grant
    )
    if service.faults.mode == "double_callback":
        values = {"location": response.headers["location"]}
        return page(request, "again.html", values, language=flow.language, is_final=True)
    return response


def leave(service: Service, flow: Flow, description: str) -> Response:
    """No sign-in: tell the relying party ``access_denied``."""
    if not service.flows.close(flow):
        raise PageRefused(status=400, word="error.flow")
    error = AccessDeniedError(
        description=description,
        redirect_uri=flow.parameters["redirect_uri"],
        state=flow.parameters.get("state"),
    )
    return service.server.handle_error_response(_asked(service, flow), error)


def _asked(service: Service, flow: Flow) -> ProtocolRequest:
    uri = f"{service.settings.issuer}/oauth2/authorize"
    return ProtocolRequest(method="GET", uri=uri, parameters=flow.parameters)
