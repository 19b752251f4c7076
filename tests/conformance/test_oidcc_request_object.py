"""Modules about request objects: honoured or refused by their own error, never passed over (PROTOCOL rules 11 and 24)."""

import base64
import json

import pytest

from tests.conformance.certified import Outside
from tests.conformance.suite import Suite

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
REFUSED = {
    "request_not_supported",
    "request_uri_not_supported",
    "invalid_request_object",
    "invalid_request_uri",
}


@pytest.fixture
def suite(op: Outside) -> Suite:
    return Suite(op, op.relying_party("hpid-basic"))


def _unsigned(suite: Suite, **changes: str) -> str:
    claims = {**suite.parameters(), "iss": suite.rp.client_id, "aud": suite.op.issuer, **changes}
    parts = ({"alg": "none"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join((*encoded, ""))


async def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    suite: Suite,
) -> None:
    """Also oidcc-ensure-request-object-with-redirect-uri: what stands inside is not followed either."""
    error = await suite.refused(request=_unsigned(suite, redirect_uri="https://junk.io/junk/callback"))

    assert error in REFUSED


async def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    op: Outside, suite: Suite
) -> None:
    content = _unsigned(suite)
    address = op.suite.serve("/test/a/hpid-basic/requesturi", content, "application/oauth-authz-req+jwt")

    assert await suite.refused(request_uri=address) in REFUSED


async def test_unsigned_ones_are_not_promised(op: Outside) -> None:
    assert "none" not in (await op.metadata()).get("request_object_signing_alg_values_supported", [])
