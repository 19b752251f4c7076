"""The suite's plan for identity assurance: of its plans the one that drives requests that are pushed, and signed. Pure.

Two ways: by a signed request in the address, and as FAPI 2.0 Message Signing wants it (PKCE, a request pushed and
signed, `private_key_jwt`) but for its tokens, which ours bind to no key.
"""

from collections.abc import Mapping

from idp.protocol.verified_claims import TRUST_FRAMEWORK
from tests.conformance.browser_rules import Rule, sign_in_rules
from tests.conformance.plan import DYNAMIC, Plan

_GIVEN = {"verification": {"trust_framework": None}, "claims": {"given_name": None}}
_FAMILY = {
    "verification": {"trust_framework": {"value": TRUST_FRAMEWORK}},
    "claims": {"family_name": None, "birthdate": None},
}
_KNOWN = {
    "sub": "the test person",
    "verified_claims": {
        "verification": {"trust_framework": TRUST_FRAMEWORK},
        "claims": {"given_name": "Thử", "salutation": "Bà"},
    },
}
"""What the suite is told of the test person; one claim of it is not in our metadata."""
_ASSURANCE: Mapping[str, object] = {
    "ekyc": {
        "unverified_claims_names": ["email"],
        "verified_claims_names": ["given_name", "family_name", "birthdate"],
        "verified_claims_request_list": [
            {"userinfo": {"verified_claims": _GIVEN}},
            {"id_token": {"verified_claims": _FAMILY}},
        ],
        "userinfo": _KNOWN,
    }
}
_ALWAYS = DYNAMIC | {
    "response_type": "code",
    "response_mode": "default",
    "ekyc_profile": "plain_ekyc",
    "ekyc_verified_claims_response_support": "id_token_userinfo",
    "sender_constrain": "none",
    "fapi_response_mode": "plain_response",
    "client_auth_type": "private_key_jwt",
    "auth_request_non_repudiation_method": "signed_non_repudiation",
}


def _rules(issuer: str, alias: str) -> list[Rule]:
    return [sign_in_rules(issuer, alias)]


def _plan(name: str, *, profile: str, method: str) -> Plan:
    return Plan(
        name=name,
        test_plan="ekyc-test-plan-oidccore",
        alias=f"hpid-{name}",
        variants=_ALWAYS | {"security_profile": profile, "auth_request_method": method},
        rules=_rules,
        more=_ASSURANCE,
    )


ASSURANCE_PLANS = (
    _plan("assurance-signed-dynamic", profile="none", method="request_object_by_value"),
    _plan("assurance-pushed-dynamic", profile="fapi2_ms", method="request_object_pushed"),
)
