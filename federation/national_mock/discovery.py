"""What the service says about itself – OpenID Connect Discovery 1.0 §3, RFC 8414, RFC 9207 §3.

Answered at the standard address and at the one of the product that the national portal is built on.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from federation.national_mock import assurance, client_assertions, clients, signing_key
from federation.national_mock.broken_tokens import OTHER_ISSUER
from federation.national_mock.registers.address import BASE
from federation.national_mock.service import service_of

_CACHE = {"Cache-Control": "public, max-age=300"}


def document(issuer: str) -> dict[str, object]:
    """The metadata of this issuer."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth2/authorize",
        "token_endpoint": f"{issuer}/oauth2/token",
        "userinfo_endpoint": f"{issuer}/oauth2/userinfo",
        "jwks_uri": f"{issuer}/oauth2/jwks",
        "end_session_endpoint": f"{issuer}/oidc/logout",
        "scopes_supported": list(clients.SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "vn_registers_endpoint": f"{issuer}{BASE}",
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            clients.PRIVATE_KEY_JWT,
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(client_assertions.ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "acr_values_supported": list(assurance.LEVELS),
        "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "amr",
            "at_hash",
            "sid",
        ],
        "ui_locales_supported": ["vi", "en"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }


async def discovery(request: Request) -> Response:
    service = service_of(request)
    found = document(service.settings.issuer)
    if service.faults.mode == "issuer_changed":
        found["issuer"] = OTHER_ISSUER
    return JSONResponse(found, headers=_CACHE)


async def jwks(request: Request) -> Response:
    service = service_of(request)
    keys = [service.key]
    if service.faults.mode == "jwks_empty":
        keys = []
    elif service.faults.mode == "key_rotated":
        keys = [service.key, await run_in_threadpool(lambda: service.faults.next_key)]
    return JSONResponse(signing_key.public_jwks(keys), headers=_CACHE)
