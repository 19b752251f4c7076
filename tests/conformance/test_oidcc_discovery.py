"""oidcc-discovery-endpoint-verification and its kin of the logout plans (PROTOCOL rule 18)."""

import re
from urllib.parse import urlsplit

import pytest

from tests.conformance.certified import Outside
from tests.conformance.plan_files import UNKNOWN_TO_THE_SUITE

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
KNOWN = frozenset(
    {
        # OpenID Connect Discovery §3
        "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
        "registration_endpoint", "scopes_supported", "response_types_supported", "response_modes_supported",
        "grant_types_supported", "acr_values_supported", "subject_types_supported",
        "id_token_signing_alg_values_supported", "id_token_encryption_alg_values_supported",
        "id_token_encryption_enc_values_supported", "userinfo_signing_alg_values_supported",
        "userinfo_encryption_alg_values_supported", "userinfo_encryption_enc_values_supported",
        "request_object_signing_alg_values_supported", "request_object_encryption_alg_values_supported",
        "request_object_encryption_enc_values_supported", "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported", "display_values_supported", "claim_types_supported",
        "claims_supported", "service_documentation", "claims_locales_supported", "ui_locales_supported",
        "claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported",
        "require_request_uri_registration", "op_policy_uri", "op_tos_uri",
        # RFC 8414 §2, RFC 9126, RFC 9207, RFC 9101, RFC 9701, RFC 9449, RFC 8705
        "revocation_endpoint", "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported", "introspection_endpoint",
        "introspection_endpoint_auth_methods_supported", "introspection_endpoint_auth_signing_alg_values_supported",
        "introspection_signing_alg_values_supported", "introspection_encryption_alg_values_supported",
        "introspection_encryption_enc_values_supported", "code_challenge_methods_supported",
        "pushed_authorization_request_endpoint", "require_pushed_authorization_requests",
        "authorization_response_iss_parameter_supported", "require_signed_request_object",
        "dpop_signing_alg_values_supported", "mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens",
        # logouts, session management, prompt=create
        "end_session_endpoint", "check_session_iframe", "frontchannel_logout_supported",
        "frontchannel_logout_session_supported", "backchannel_logout_supported",
        "backchannel_logout_session_supported", "prompt_values_supported",
        # OpenID Connect for Identity Assurance 1.0 §8
        "trust_frameworks_supported", "evidence_supported", "electronic_records_supported",
        "claims_in_verified_claims_supported",
    }
)  # fmt: skip
"""Members that the suite's schemas know; an unknown one is a warning, unless the configuration names it."""
LISTS = re.compile(r".*_(supported)$")
TRUTHS = re.compile(
    r"(.*_parameter|.*channel_logout|.*_logout_session|verified_claims)_supported|require_.*|.*_bound_access_tokens"
)


async def test_oidcc_discovery_endpoint_verification(op: Outside) -> None:
    document = await op.metadata()

    assert document["issuer"] == op.issuer
    assert document.keys() - KNOWN == set(UNKNOWN_TO_THE_SUITE)
    for name, value in document.items():
        if TRUTHS.fullmatch(name):
            assert isinstance(value, bool), name
        elif LISTS.fullmatch(name):
            assert isinstance(value, list), name
            assert value, name
            assert len(set(value)) == len(value), name
            assert all(isinstance(item, str) and item for item in value), name
        else:
            assert urlsplit(value).scheme == "https", name
            assert not urlsplit(value).fragment, name
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "openid" in document["scopes_supported"]
    assert {"sub", "iss", "auth_time", "acr"} <= set(document["claims_supported"])
    assert {"code"} <= set(document["response_types_supported"])
    assert {"authorization_code", "refresh_token"} <= set(document["grant_types_supported"])
    assert set(document["subject_types_supported"]) <= {"pairwise", "public"}


async def test_the_keys_are_of_the_algorithms_that_are_promised(op: Outside) -> None:
    document = await op.metadata()
    keys = (await op.http.get(urlsplit(document["jwks_uri"]).path)).json()["keys"]

    assert {key["alg"] for key in keys} >= set(document["id_token_signing_alg_values_supported"])
    assert {key["use"] for key in keys} == {"sig"}


async def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(op: Outside) -> None:
    assert (await op.metadata())["end_session_endpoint"].startswith("https://")


async def test_oidcc_backchannel_logout_discovery_endpoint_verification(op: Outside) -> None:
    document = await op.metadata()

    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
