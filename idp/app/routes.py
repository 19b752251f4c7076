"""Which address of the protocol is answered by which endpoint: one table, made of discovery's own names."""

import asyncio
import sys
from collections.abc import Mapping
from importlib import import_module

from idp.edge import Answer, Call, Endpoint
from idp.edge.adapter import Prepared
from idp.endpoints.authorize import authorize, resume
from idp.endpoints.check_session import check_session
from idp.endpoints.end_session import end_session
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
from idp.protocol.discovery import ENDPOINTS
from idp.settings import Settings

SCIM = "/scim/"
_SCIM_V2, _SCIM_ROUTING = "/scim/v2/", "idp.scim.routing"
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
