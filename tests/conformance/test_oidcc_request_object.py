"""Modules about request objects: signed ones are honoured, unsigned ones refused by name (PROTOCOL rules 11 and 24)."""

import base64
import json
import secrets
from typing import Any

import pytest
from joserfc import jwt

from tests.conformance.certified import Outside, through
from tests.conformance.registered import Registered, register
from tests.conformance.suite import Suite

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
DOCUMENT = "/test/a/hpid-dynamic/requesturi"
CONTENT_TYPE = "application/oauth-authz-req+jwt"


@pytest.fixture
def suite(op: Outside) -> Suite:
    return Suite(op, op.relying_party("hpid-basic"))


def _claims(suite: Suite, **changes: str) -> dict[str, str]:
    """What the suite puts into one: the whole request, iss and aud, and no time."""
    return {**suite.parameters(), "iss": suite.rp.client_id, "aud": suite.op.issuer, **changes}


def _unsigned(suite: Suite, **changes: str) -> str:
    parts = ({"alg": "none"}, _claims(suite, **changes))
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join((*encoded, ""))


async def _keeping(op: Outside, **changes: Any) -> tuple[Registered, str]:
    """A client that registered the address of its request objects, with a fragment as the suite does."""
    address = f"{op.suite.url}{DOCUMENT}#{secrets.token_urlsafe(32)}"
    return await register(op, request_uris=[address], **changes), address


async def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    suite: Suite,
) -> None:
    """Also oidcc-ensure-request-object-with-redirect-uri: what stands inside is not followed either."""
    error = await suite.refused(request=_unsigned(suite, redirect_uri="https://junk.io/junk/callback"))

    assert error == "invalid_request_object"


async def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    op: Outside, suite: Suite
) -> None:
    client, address = await _keeping(op)
    op.suite.serve(DOCUMENT, _unsigned(client), CONTENT_TYPE)

    assert await client.refused(request_uri=address) == "invalid_request_object"
    assert await suite.refused(request_uri=address) == "invalid_request_uri", "another's"


async def test_oidcc_request_uri_signed_rs256(op: Outside) -> None:
    """Rule 24: fetched over TLS; beside it only what OAuth 2.0 asks for (Core §6.2)."""
    client, address = await _keeping(op, request_object_signing_alg="RS256")
    client.rp.state, client.rp.nonce = secrets.token_urlsafe(96), secrets.token_urlsafe(24)
    header = {"alg": "RS256", "kid": str(client.key.kid)}
    token = jwt.encode(header, _claims(client), client.key, algorithms=["RS256"])
    op.suite.serve(DOCUMENT, token, CONTENT_TYPE)

    url = client.url(redirect_uri=None, state=None, nonce=None, request_uri=address)
    answer = client.answer_of(await through(client.browser, url))

    assert (answer["state"], answer["iss"]) == (client.rp.state, op.issuer)
    await client.redeemed(answer, nonce=client.rp.nonce)
    assert op.suite.wait_for("GET", DOCUMENT)


async def test_the_algorithms_promised_are_those_of_the_plan_and_unsigned_ones_are_not(op: Outside) -> None:
    document = await op.metadata()

    assert "RS256" in document["request_object_signing_alg_values_supported"]
    assert "none" not in document["request_object_signing_alg_values_supported"]
    assert document["request_parameter_supported"] is True
    assert document["request_uri_parameter_supported"] is True
