"""Put the check in front of a FastAPI or Starlette endpoint; the only file of the kit that knows a framework.

RFC 6750 §2.1: the Authorization header only, and only one; §3: the challenge; §5.3: not cached.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from resource_server.access_token import AccessTokenVerifier, VerifiedToken
from resource_server.refusal import TokenRefused, malformed_request


def require(
    verifier: AccessTokenVerifier,
    *,
    scopes: str | Sequence[str] = (),
    acr: str | Sequence[str] = (),
    max_age: timedelta | None = None,
) -> Callable[[Request], Awaitable[VerifiedToken]]:
    """Return a dependency that gives the verified token or raises TokenRefused."""

    async def verified_token(request: Request) -> VerifiedToken:
        sent = request.headers.getlist("authorization")
        if len(sent) > 1:
            raise malformed_request("api", "Authorization must be sent once")
        return await verifier.verify(sent[0] if sent else None, scopes=scopes, acr=acr, max_age=max_age)

    return verified_token


async def refusal_response(_request: Request, refusal: Exception) -> Response:
    """Answer a TokenRefused; register it as exception handler."""
    if not isinstance(refusal, TokenRefused):
        raise refusal
    headers = {"Cache-Control": "no-store"}
    if refusal.www_authenticate is not None:
        headers["WWW-Authenticate"] = refusal.www_authenticate
    if refusal.status == 503:
        headers["Retry-After"] = "5"
    body = {} if refusal.error is None else {"error": refusal.error, "error_description": refusal.description}
    return JSONResponse(body, status_code=refusal.status, headers=headers)
