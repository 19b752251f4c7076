"""Rule 54, a test per rule of the suite's plan for identity assurance, from outside."""

import json
from typing import Any

import pytest

from idp.protocol.verified_claims import CLAIMS
from tests.conformance.certified import Outside
from tests.conformance.suite import Suite

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
FRAMEWORK: dict[str, Any] = {"trust_framework": None}
NAME = {"verification": {"trust_framework": "vn_vneid"}, "claims": {"given_name": "Thử"}}


@pytest.fixture
def suite(op: Outside) -> Suite:
    return Suite(op, op.relying_party("hpid-basic"))


def wanted(claims: dict[str, Any], **verification: Any) -> dict[str, Any]:
    return {"verification": {**FRAMEWORK, **verification}, "claims": claims}


async def told(suite: Suite, request: object) -> Any:
    """Return what userinfo tells, None where it tells nothing; the ID token, not asked, tells nothing ever."""
    flow = await suite.flow(claims=json.dumps({"userinfo": {"verified_claims": request}}))
    assert "verified_claims" not in flow.id_token
    return (await suite.userinfo(flow)).get("verified_claims")


async def test_ekyc_discovery(op: Outside) -> None:
    metadata = await op.metadata()
    assert metadata["verified_claims_supported"] is True
    assert metadata["trust_frameworks_supported"] == ["vn_vneid"]
    assert metadata["evidence_supported"] == ["electronic_record"]
    assert metadata["claims_in_verified_claims_supported"] == list(CLAIMS)
    assert metadata["claims_parameter_supported"] is True


async def test_ekyc_userinfo_only(suite: Suite) -> None:
    assert await told(suite, wanted({"given_name": None})) == NAME


async def test_ekyc_id_token_only(suite: Suite) -> None:
    request = {"id_token": {"verified_claims": wanted({"given_name": None})}}
    flow = await suite.flow(claims=json.dumps(request))
    assert flow.id_token["verified_claims"] == NAME
    assert "verified_claims" not in await suite.userinfo(flow)


async def test_ekyc_every_supported_claim_is_answered(suite: Suite) -> None:
    """But the ID number, which no client of the suite may have."""
    answer = await told(suite, wanted(dict.fromkeys(CLAIMS), assurance_level=None, time=None, evidence=None))
    assert answer["claims"].keys() == set(CLAIMS) - {"vn_id_number"}
    assert answer["verification"].keys() == {"trust_framework", "assurance_level", "time", "evidence"}


async def test_ekyc_null_empty_and_not_essential_are_one(suite: Suite) -> None:
    for form in (None, {}, {"essential": False}, {"essential": True}):
        assert await told(suite, wanted({"given_name": form})) == NAME


async def test_ekyc_unknown_essential_claim_is_omitted(suite: Suite) -> None:
    unknown = {"given_name": None, "favourite_colour": {"essential": True}}
    assert await told(suite, wanted(unknown, shoe_size={"essential": True})) == NAME


async def test_ekyc_claim_of_another_value_is_omitted(suite: Suite) -> None:
    values = {"given_name": {"values": ["Thử", "Khác"]}, "family_name": {"value": "Khác", "essential": True}}
    assert await told(suite, wanted(values)) == NAME


async def test_ekyc_trust_framework_of_another_value_is_omitted(suite: Suite) -> None:
    assert await told(suite, wanted({"given_name": None}, trust_framework={"value": "de_aml"})) is None
    known = wanted({"given_name": None}, trust_framework={"values": ["de_aml", "vn_vneid"]})
    assert await told(suite, known) == NAME


async def test_ekyc_what_has_no_known_form_is_no_error(suite: Suite) -> None:
    assert await told(suite, {"claims": {"given_name": None}}) is None
