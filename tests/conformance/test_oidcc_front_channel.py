"""Modules of oidcc-implicit, and of the hybrid plan with `code id_token` (PROTOCOL rules 6, 7 and 14, plan group 4)."""

import hashlib
import json
from base64 import urlsafe_b64encode

import pytest

from tests.conformance.certified import Outside, through
from tests.conformance.registered import post, register
from tests.conformance.suite import NEEDS_A_PAGE, Suite

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
IN_FRONT = ("id_token", "id_token token", "code id_token")
CLIENTS = {"code id_token": "hpid-hybrid"}


@pytest.fixture(params=IN_FRONT)
def response_type(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["fragment", "form_post"])
def suite(op: Outside, response_type: str, request: pytest.FixtureRequest) -> Suite:
    rp = op.relying_party(CLIENTS.get(response_type, "hpid-implicit"))
    return Suite(op, rp, form_post=request.param == "form_post", response_type=response_type)


def _half_hash(value: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:16]).rstrip(b"=").decode()


async def test_oidcc_server(op: Outside, suite: Suite) -> None:
    answer = await suite.authorize()

    claims = await suite.check_id_token(answer["id_token"], nonce=suite.rp.nonce)
    for name, bound in (("c_hash", "code"), ("at_hash", "access_token")):
        assert claims.get(name) == (_half_hash(answer[bound]) if bound in answer else None)
    assert ("code" in answer) == ("code" in suite.response_type)
    assert ("access_token" in answer) == (suite.response_type == "id_token token")
    if "code" in answer:
        flow = await suite.redeemed(answer, nonce=suite.rp.nonce)
        assert (flow.id_token["iss"], flow.id_token["sub"]) == (claims["iss"], claims["sub"])
        assert (await suite.userinfo(flow))["sub"] == claims["sub"]
    if "access_token" in answer:
        assert answer["token_type"].lower() == "bearer"
        assert (await op.userinfo(answer["access_token"])).json()["sub"] == claims["sub"]


async def test_oidcc_ensure_request_without_nonce_fails(suite: Suite) -> None:
    """Rule 14."""
    assert await suite.refused(nonce=None) == "invalid_request"


async def test_oidcc_prompt_none_not_logged_in(suite: Suite) -> None:
    """Rule 3."""
    assert await suite.refused(prompt="none") in NEEDS_A_PAGE


async def test_oidcc_prompt_none_logged_in(suite: Suite) -> None:
    first = await suite.check_id_token((await suite.authorize())["id_token"], nonce=suite.rp.nonce)

    second = await suite.check_id_token(
        (await suite.authorize(prompt="none"))["id_token"], nonce=suite.rp.nonce
    )

    assert (first["sub"], first["auth_time"]) == (second["sub"], second["auth_time"])


async def test_oidcc_scope_all(op: Outside, suite: Suite) -> None:
    """Rule 6: in the ID token only where there is no userinfo to ask."""
    answer = await suite.authorize(scope="openid profile email address phone")
    claims = await suite.check_id_token(answer["id_token"], nonce=suite.rp.nonce)
    of_scopes = {"name", "email", "email_verified", "address", "phone_number", "updated_at"}

    if suite.response_type == "id_token":
        assert of_scopes <= claims.keys()
    else:
        assert not of_scopes & claims.keys()
    if "access_token" in answer:
        assert of_scopes <= (await op.userinfo(answer["access_token"])).json().keys()


async def test_oidcc_claims_essential(suite: Suite) -> None:
    """Rule 7."""
    member = "id_token" if suite.response_type == "id_token" else "userinfo"

    answer = await suite.authorize(claims=json.dumps({member: {"name": {"essential": True}}}))

    claims = await suite.check_id_token(answer["id_token"], nonce=suite.rp.nonce)
    assert ("name" in claims) == (member == "id_token")


async def test_oidcc_ensure_registered_redirect_uri(suite: Suite) -> None:
    page = await suite.browser.get(suite.url(redirect_uri=f"{suite.rp.redirect_uri}/other"))

    assert page.left_for is None
    assert "error" in page.ids


async def test_oidcc_response_type_missing(suite: Suite) -> None:
    """Rule 12: without a response type the error is in the query, or posted."""
    page = await through(suite.browser, suite.url(response_type=None))

    answer = page.posted[1] if suite.form_post else page.answer
    assert answer["error"] in {"invalid_request", "unsupported_response_type"}
    assert answer["state"] == suite.rp.state


async def test_a_client_registers_for_them_itself(op: Outside, response_type: str) -> None:
    words = set(response_type.split(" "))
    grants = ["authorization_code", "implicit"] if "code" in words else ["implicit"]
    client = await register(
        op,
        grant_types=grants,
        response_types=[response_type],
        token_endpoint_auth_method="client_secret_basic",
    )
    client.response_type = response_type

    answer = await client.authorize()

    await client.check_id_token(answer["id_token"], nonce=client.rp.nonce)


@pytest.mark.parametrize("wrong", [["token"], ["code token"], ["code id_token token"], ["none"]])
async def test_what_is_not_offered_is_not_registered(op: Outside, wrong: list[str]) -> None:
    response = await post(
        op,
        {
            "redirect_uris": [f"{op.suite.url}/test/a/hpid-implicit/callback"],
            "grant_types": ["authorization_code", "implicit"],
            "response_types": wrong,
        },
    )

    assert (response.status_code, response.json()["error"]) == (400, "invalid_client_metadata")


async def test_discovery_promises_them(op: Outside) -> None:
    """Rule 18, for the dynamic plan."""
    document = await op.metadata()

    assert {"code", "id_token", "id_token token"} <= set(document["response_types_supported"])
    assert {"authorization_code", "implicit"} <= set(document["grant_types_supported"])
    assert {"query", "fragment", "form_post"} <= set(document["response_modes_supported"])
