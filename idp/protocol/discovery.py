"""Provider metadata – OpenID Connect Discovery §3, RFC 8414 §2. Derived from what is wired, so it can't promise more."""

from collections.abc import Iterable, Mapping

from idp.protocol import verified_claims
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import ACR_VALUES_SUPPORTED
from idp.protocol.authorization_request import PROMPTS, RESPONSE_MODES
from idp.protocol.client_assertion import ANY_METHOD_ALGS
from idp.protocol.client_authentication import METHODS
from idp.protocol.context import CHOOSE
from idp.protocol.front_channel import CODE, in_front_grant_types, response_modes
from idp.protocol.id_token import CLAIMS as ID_TOKEN_CLAIMS
from idp.protocol.profiles import CONTENT_ENCRYPTION, KEY_MANAGEMENT, PROFILES, Pushed
from idp.protocol.scopes import SCOPES
from idp.protocol.subject import SUBJECT_TYPES

ENDPOINTS: Mapping[str, str] = {
    "authorization_endpoint": "/authorize",
    "pushed_authorization_request_endpoint": "/par",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
    "jwks_uri": "/jwks",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "end_session_endpoint": "/end_session",
    "registration_endpoint": "/register",
    "check_session_iframe": "/check_session",
}
"""Metadata member → path; the composition root routes exactly these."""


_LOGOUTS: Mapping[str, bool] = {
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
    "frontchannel_logout_supported": True,
    "frontchannel_logout_session_supported": True,
}

_IDENTITY_ASSURANCE: Mapping[str, object] = {
    "verified_claims_supported": True,
    "trust_frameworks_supported": [verified_claims.TRUST_FRAMEWORK],
    "evidence_supported": [verified_claims.EVIDENCE_TYPE],
    "electronic_records_supported": [verified_claims.RECORD_TYPE],
    "claims_in_verified_claims_supported": list(verified_claims.CLAIMS),
}
"""OpenID Connect for Identity Assurance §6."""


def metadata(
    issuer: str,
    *,
    grant_types: tuple[str, ...],
    signing_algorithms: tuple[str, ...],
    offers_registration: bool = False,
    offers_session_iframe: bool = False,
    response_types: tuple[str, ...] = (CODE,),
) -> dict[str, object]:
    """Return the discovery document."""
    offered = {
        "registration_endpoint": offers_registration,
        "check_session_iframe": offers_session_iframe,
    }
    endpoints = {name: issuer + path for name, path in ENDPOINTS.items() if offered.get(name, True)}
    claims = dict.fromkeys(
        (*ID_TOKEN_CLAIMS, *(claim for scope in SCOPES.values() for claim in scope.claims))
    )
    offered_profiles = [rules for rules in PROFILES.values() if rules.is_offered]
    return {
        "issuer": issuer,
        **endpoints,
        "response_types_supported": list(response_types),
        "response_modes_supported": [*RESPONSE_MODES, *response_modes(response_types)],
        "grant_types_supported": [*grant_types, *in_front_grant_types(response_types)],
        "subject_types_supported": list(SUBJECT_TYPES),
        "id_token_signing_alg_values_supported": list(signing_algorithms),
        "id_token_encryption_alg_values_supported": list(KEY_MANAGEMENT),
        "id_token_encryption_enc_values_supported": list(CONTENT_ENCRYPTION),
        "userinfo_signing_alg_values_supported": list(signing_algorithms),
        "userinfo_encryption_alg_values_supported": list(KEY_MANAGEMENT),
        "userinfo_encryption_enc_values_supported": list(CONTENT_ENCRYPTION),
        **_client_authentication("token_endpoint", METHODS),
        **_client_authentication("introspection_endpoint", [name for name in METHODS if name != "none"]),
        **_client_authentication("revocation_endpoint", METHODS),
        "introspection_signing_alg_values_supported": list(signing_algorithms),
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(SCOPES),
        "claims_supported": list(claims),
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        **_IDENTITY_ASSURANCE,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": sorted(
            {alg for rules in offered_profiles for alg in rules.request_object_algs}
        ),
        "require_signed_request_object": all(rules.signed_request_required for rules in offered_profiles),
        "require_pushed_authorization_requests": all(
            rules.pushed is Pushed.REQUIRED for rules in offered_profiles
        ),
        "prompt_values_supported": sorted(PROMPTS),
        "ctx_hints_supported": [*ContextKind, CHOOSE],
        "acr_values_supported": list(ACR_VALUES_SUPPORTED),
        "ui_locales_supported": ["vi", "en"],
        "authorization_response_iss_parameter_supported": True,
        **_LOGOUTS,
    }


def _client_authentication(endpoint: str, methods: Iterable[str]) -> dict[str, list[str]]:
    """Return how clients prove themselves at an endpoint (RFC 8414 §2)."""
    return {
        f"{endpoint}_auth_methods_supported": list(methods),
        f"{endpoint}_auth_signing_alg_values_supported": list(ANY_METHOD_ALGS),
    }
