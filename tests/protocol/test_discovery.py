"""Provider metadata – OpenID Connect Discovery §3, RFC 8414 §2; PROTOCOL rules 8, 11, 15, 16, 18, 43."""

import re
from typing import Any

import pytest

from idp.protocol.authorization_request import PROMPTS, RESPONSE_MODES, RESPONSE_TYPES
from idp.protocol.client_authentication import METHODS
from idp.protocol.discovery import ENDPOINTS, metadata
from idp.protocol.profiles import PROFILES
from idp.protocol.scopes import CLAIM_SCOPE, SCOPES
from idp.protocol.verified_claims import CLAIMS as VERIFIED
from tests import make

DOCUMENT: dict[str, Any] = metadata(
    make.ISSUER,
    grant_types=("authorization_code", "refresh_token"),
    signing_algorithms=("ES256", "EdDSA", "PS256", "RS256"),
    offers_registration=True,
    offers_session_iframe=True,
)
KEY_MANAGEMENT = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256"]
CONTENT_ENCRYPTION = ["A128CBC-HS256", "A128GCM", "A256GCM"]
METHODS_IN_ORDER = [
    "client_secret_basic",
    "client_secret_jwt",
    "client_secret_post",
    "none",
    "private_key_jwt",
]
ASSERTION_ALGS = [
    "ES256", "ES384", "ES512", "Ed25519", "EdDSA", "HS256", "PS256", "PS384", "PS512", "RS256",
]  # fmt: skip


def test_it_says_exactly_this() -> None:
    """A change here is a change for every relying party."""
    assert {name: value for name, value in DOCUMENT.items() if name != "claims_supported"} == {
        "issuer": "https://id.example",
        "authorization_endpoint": "https://id.example/authorize",
        "pushed_authorization_request_endpoint": "https://id.example/par",
        "token_endpoint": "https://id.example/token",
        "userinfo_endpoint": "https://id.example/userinfo",
        "jwks_uri": "https://id.example/jwks",
        "introspection_endpoint": "https://id.example/introspect",
        "revocation_endpoint": "https://id.example/revoke",
        "end_session_endpoint": "https://id.example/end_session",
        "registration_endpoint": "https://id.example/register",
        "check_session_iframe": "https://id.example/check_session",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": ["ES256", "EdDSA", "PS256", "RS256"],
        "id_token_encryption_alg_values_supported": KEY_MANAGEMENT,
        "id_token_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "userinfo_signing_alg_values_supported": ["ES256", "EdDSA", "PS256", "RS256"],
        "userinfo_encryption_alg_values_supported": KEY_MANAGEMENT,
        "userinfo_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "token_endpoint_auth_methods_supported": METHODS_IN_ORDER,
        "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "introspection_endpoint_auth_methods_supported": [
            name for name in METHODS_IN_ORDER if name != "none"
        ],
        "introspection_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "introspection_signing_alg_values_supported": ["ES256", "EdDSA", "PS256", "RS256"],
        "revocation_endpoint_auth_methods_supported": METHODS_IN_ORDER,
        "revocation_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGS,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": [
            "openid",
            "profile",
            "email",
            "phone",
            "address",
            "age",
            "residence",
            "vn.id_number",
            "mandate",
            "agency",
            "position",
            "roles",
            "offline_access",
            "docs.read",
            "docs.share",
        ],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "verified_claims_supported": True,
        "trust_frameworks_supported": ["vn_vneid"],
        "evidence_supported": ["electronic_record"],
        "electronic_records_supported": ["population_register"],
        "claims_in_verified_claims_supported": list(VERIFIED),
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": ["ES256", "PS256", "RS256"],
        "require_signed_request_object": False,
        "require_pushed_authorization_requests": False,
        "prompt_values_supported": ["consent", "create", "login", "none", "select_account"],
        "ctx_hints_supported": ["person", "organisation", "ward", "official", "archive", "choose"],
        "acr_values_supported": [
            "urn:haiphong:acr:low",
            "urn:haiphong:acr:substantial",
            "urn:haiphong:acr:high",
            "LoA1",
            "LoA2",
            "LoA3",
        ],
        "ui_locales_supported": ["vi", "en"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
    }


@pytest.mark.parametrize(
    "member",
    [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "scopes_supported",
        "claims_supported",
    ],
)
def test_what_is_required_or_recommended_is_there(member: str) -> None:  # Discovery §3
    assert DOCUMENT[member]


def test_every_uri_is_the_issuer_with_a_path() -> None:  # PROTOCOL rule 18
    assert set(ENDPOINTS) == {name for name in DOCUMENT if name.endswith(("_endpoint", "_uri", "_iframe"))}
    for name, path in ENDPOINTS.items():
        assert DOCUMENT[name] == make.ISSUER + path
        assert re.fullmatch(r"(/[a-z_]+)+", path)


def test_every_list_has_members_of_one_syntax_each_once() -> None:  # PROTOCOL rule 18
    for name, value in DOCUMENT.items():
        if isinstance(value, list):
            assert value, name
            assert len(set(value)) == len(value), name
            assert all(re.fullmatch(r"[\x21\x23-\x5B\x5D-\x7E]+", member) for member in value), name


def test_it_is_derived_from_what_is_wired() -> None:  # DESIGN 5.22
    assert DOCUMENT["response_types_supported"] == [*RESPONSE_TYPES]
    assert DOCUMENT["response_modes_supported"] == [*RESPONSE_MODES]
    assert DOCUMENT["token_endpoint_auth_methods_supported"] == [*METHODS]
    assert DOCUMENT["scopes_supported"] == [*SCOPES]
    assert set(DOCUMENT["prompt_values_supported"]) == PROMPTS
    assert set(CLAIM_SCOPE) <= set(DOCUMENT["claims_supported"])
    offered = [rules for rules in PROFILES.values() if rules.is_offered]
    signing = DOCUMENT["request_object_signing_alg_values_supported"]
    assert set(signing) == {alg for rules in offered for alg in rules.request_object_algs}
    none = metadata(make.ISSUER, grant_types=(), signing_algorithms=())
    assert none["grant_types_supported"] == none["id_token_signing_alg_values_supported"] == []
    assert {"registration_endpoint", "check_session_iframe"}.isdisjoint(none)


def test_nothing_of_ours_is_signed_with_none_or_a_shared_secret() -> (
    None
):  # PROTOCOL rules 11, 15; SECURITY C02
    of_clients = {name for name in DOCUMENT if name.endswith("_endpoint_auth_signing_alg_values_supported")}
    of_ours = [
        value for name, value in DOCUMENT.items() if isinstance(value, list) and name not in of_clients
    ]
    assert all("HS256" not in value for value in of_ours)
    assert all("none" not in DOCUMENT[name] for name in of_clients)
    assert "none" not in DOCUMENT["id_token_signing_alg_values_supported"]


def test_iss_comes_in_every_authorization_response() -> None:  # RFC 9207 §3; PROTOCOL rule 43
    assert DOCUMENT["authorization_response_iss_parameter_supported"] is True


@pytest.mark.parametrize(
    "member",
    [
        "device_authorization_endpoint",
        "dpop_signing_alg_values_supported",
        "tls_client_certificate_bound_access_tokens",
    ],
)
def test_what_is_not_wired_is_not_promised(member: str) -> None:  # DESIGN 5.17, 5.22
    assert member not in DOCUMENT
