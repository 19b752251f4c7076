"""A small kit for APIs that accept Hải Phòng ID access tokens: checked offline, in any ASGI framework.

JWT access tokens (RFC 9068), bearer use and its errors (RFC 6750), step-up challenge (RFC 9470). Needs httpx
and joserfc; `dependency` also Starlette or FastAPI. Usage, with the identifier your API is registered under:

    from typing import Annotated
    from fastapi import Depends, FastAPI
    from resource_server import AccessTokenVerifier, TokenRefused, VerifiedToken
    from resource_server.dependency import refusal_response, require

    verifier = AccessTokenVerifier("https://id.haiphong.example", "urn:haiphong:kho-du-lieu")
    app = FastAPI(exception_handlers={TokenRefused: refusal_response})

    @app.get("/documents")
    async def documents(token: Annotated[VerifiedToken, Depends(require(verifier, scopes="docs.read"))]): ...

Without a framework: `await verifier.verify(authorization, scopes="docs.read")`; on TokenRefused answer its
`status`, and its `www_authenticate` as WWW-Authenticate. Step-up: `require(verifier, acr=HIGH, max_age=...)`.
A token handed out stays good until it expires (5 minutes, 1 for personal data); where that is too long, ask
the provider's introspection endpoint. Tokens bound to a key (`cnf`) are refused, not taken as bearer tokens.
"""

from resource_server.access_token import AccessTokenVerifier, VerifiedToken
from resource_server.key_source import JwksSource, KeysUnavailable, fetch_json
from resource_server.refusal import TokenRefused

__all__ = [
    "AccessTokenVerifier",
    "JwksSource",
    "KeysUnavailable",
    "TokenRefused",
    "VerifiedToken",
    "fetch_json",
]
