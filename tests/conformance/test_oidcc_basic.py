"""The modules of oidcc-basic, by name: the code flow and its parameters (PROTOCOL rules 1 to 10, 12, 14 to 16)."""

import asyncio
import json
import secrets
from datetime import UTC, datetime

import pytest

from tests.conformance.certified import Outside, through
from tests.conformance.suite import NEEDS_A_PAGE, Suite, token_answer, token_error

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
TYPES: dict[str, tuple[dict[str, type], ...]] = {
    "profile": (
        dict.fromkeys(
            ("name", "family_name", "middle_name", "given_name", "gender", "birthdate", "locale", "zoneinfo"),
            str,
        ),
        {"updated_at": int},
    ),
    "email": ({"email": str, "email_verified": bool},),
    "address": ({"address": dict},),
    "phone": ({"phone_number": str, "phone_number_verified": bool},),
}

UNASKED = frozenset(
    {
        "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash",
        "s_hash", "sid", "txn",
    }
)  # fmt: skip
"""What the suite takes in an ID token though no scope asks for it; it warns of anything else."""


@pytest.fixture(params=["query", "form_post"])
def suite(op: Outside, request: pytest.FixtureRequest) -> Suite:
    """The relying party of oidcc-basic, and that of oidcc-formpost-basic (rule 17)."""
    if request.param == "query":
        return Suite(op, op.relying_party("hpid-basic"))
    return Suite(op, op.relying_party("hpid-formpost-basic"), form_post=True)


async def test_oidcc_server(op: Outside, suite: Suite) -> None:
    """Rule 1."""
    flow = await suite.flow()

    keys = (await op.http.get("/jwks")).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    assert not [key["kid"] for key in keys if key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}]
    assert (await suite.userinfo(flow)).keys() == {"sub"}
    assert flow.id_token.keys() - UNASKED == {"idp", "ial"}  # as tests/conformance/expected.py says


async def test_oidcc_server_client_secret_post(op: Outside) -> None:
    rp = op.relying_party("hpid-basic-post")
    suite = Suite(op, rp)
    code = (await suite.authorize())["code"]

    form = {"client_id": rp.client_id, "client_secret": rp.client_secret or ""}
    response = await op.http.post(
        "/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": rp.redirect_uri,
            **form,
        },
    )

    await suite.check_id_token(token_answer(response)["id_token"], nonce=rp.nonce)


async def test_oidcc_idtoken_signature(suite: Suite) -> None:
    await suite.flow()


async def test_oidcc_idtoken_unsigned(op: Outside) -> None:
    """Rule 15."""
    metadata = await op.metadata()

    for name, values in metadata.items():
        if "_alg_values_" in name:
            assert "none" not in values, name


@pytest.mark.parametrize("state", ["a" * 128, "!#$%&'()*+,/:;=?@[]~ \"<>\\^`{|}", "Hải Phòng ☂"])
async def test_a_state_of_any_content_comes_back_byte_for_byte(suite: Suite, state: str) -> None:
    """Rule 1."""
    await suite.authorize()

    assert (await suite.silently(state=state))["state"] == state


async def test_oidcc_codereuse(op: Outside, suite: Suite) -> None:
    """Rule 2."""
    flow = await suite.flow()

    assert token_error(await suite.redeem(flow.answer["code"])) == (400, "invalid_grant")


async def test_oidcc_codereuse_30seconds(op: Outside, suite: Suite) -> None:
    """Rule 2; the server takes a code that comes again for a retry during HPID_LIFE_CODE_RETRY, here one second."""
    flow = await suite.flow()
    access_token = flow.tokens["access_token"]
    assert (await op.userinfo(access_token)).status_code == 200
    await asyncio.sleep(1.5)

    assert token_error(await suite.redeem(flow.answer["code"])) == (400, "invalid_grant")

    assert (await op.userinfo(access_token)).status_code == 401


async def test_oidcc_prompt_none_not_logged_in(suite: Suite) -> None:
    """Rule 3."""
    assert await suite.refused(prompt="none") in NEEDS_A_PAGE


async def test_oidcc_prompt_none_logged_in(suite: Suite) -> None:
    """Rules 3 and 5."""
    first = await suite.flow()

    second = await suite.flow(prompt="none")

    for claim in ("sub", "auth_time"):
        assert second.id_token[claim] == first.id_token[claim]


async def test_oidcc_max_age_1(suite: Suite) -> None:
    """Rule 4."""
    first = await suite.flow()
    await asyncio.sleep(2)

    second = await suite.flow(max_age="1")

    assert second.id_token["auth_time"] > first.id_token["auth_time"]
    assert abs(second.id_token["auth_time"] - datetime.now(UTC).timestamp()) < 60


async def test_oidcc_max_age_10000(suite: Suite) -> None:
    """Rule 4."""
    first = await suite.flow(max_age="15000")
    await asyncio.sleep(1.1)

    assert "code" in await suite.silently(max_age="10000")
    second = await suite.flow(max_age="10000")

    for claim in ("sub", "auth_time"):
        assert second.id_token[claim] == first.id_token[claim]


async def test_oidcc_prompt_login(suite: Suite) -> None:
    """Rule 5."""
    first = await suite.flow()
    await asyncio.sleep(1.1)

    second = await suite.flow(prompt="login")

    assert second.id_token["auth_time"] > first.id_token["auth_time"]
    assert second.id_token["sub"] == first.id_token["sub"]


async def test_oidcc_id_token_hint(suite: Suite) -> None:
    """Rule 5."""
    first = await suite.flow()

    second = await suite.flow(prompt="none", id_token_hint=first.tokens["id_token"])

    assert second.id_token["sub"] == first.id_token["sub"]
    assert second.id_token["auth_time"] == first.id_token["auth_time"]


@pytest.mark.parametrize("scope", ["profile", "email", "address", "phone", "profile email address phone"])
async def test_oidcc_scope(suite: Suite, scope: str) -> None:
    """Rule 6; oidcc-scope-profile, -email, -address, -phone and -all."""
    flow = await suite.flow(scope=f"openid {scope}")
    known = await suite.userinfo(flow)
    expected = {claim: kind for name in scope.split() for part in TYPES[name] for claim, kind in part.items()}

    assert {claim: type(known.get(claim)) for claim in expected} == expected
    assert not expected.keys() & flow.id_token.keys()
    assert all(value != "" for value in known.values())


async def test_oidcc_alternate_happy_flow(suite: Suite) -> None:
    suite.rp.state, suite.rp.nonce = secrets.token_urlsafe(8), secrets.token_urlsafe(8)
    parameters = suite.parameters(scope="email openid")
    query = "&".join(f"{name}={value}" for name, value in reversed(list(parameters.items())))

    page = await through(suite.browser, f"/authorize?{query.replace(' ', '%20')}")

    await suite.redeemed(suite.answer_of(page), nonce=suite.rp.nonce)


async def test_oidcc_claims_essential(suite: Suite) -> None:
    """Rule 7."""
    claims = json.dumps({"userinfo": {"name": {"essential": True}}})

    flow = await suite.flow(claims=claims)

    assert (await suite.userinfo(flow))["name"]
    assert "name" not in flow.id_token


async def test_oidcc_ensure_request_with_acr_values_succeeds(op: Outside, suite: Suite) -> None:
    """Rule 8."""
    supported = (await op.metadata())["acr_values_supported"]

    flow = await suite.flow(acr_values=" ".join(supported))

    assert flow.id_token["acr"] in supported


async def test_oidcc_userinfo_get(suite: Suite) -> None:
    await suite.userinfo(await suite.flow())


async def test_oidcc_userinfo_post_header(op: Outside, suite: Suite) -> None:
    """Rule 9."""
    flow = await suite.flow()

    response = await op.http.post(
        "/userinfo", headers={"authorization": f"Bearer {flow.tokens['access_token']}"}
    )

    assert (response.status_code, response.json()["sub"]) == (200, flow.id_token["sub"])


async def test_oidcc_userinfo_post_body(op: Outside, suite: Suite) -> None:
    """Rule 9."""
    flow = await suite.flow()

    response = await op.http.post("/userinfo", data={"access_token": flow.tokens["access_token"]})

    assert (response.status_code, response.json()["sub"]) == (200, flow.id_token["sub"])


async def test_oidcc_ensure_post_request_succeeds(suite: Suite) -> None:
    """Rule 10; the form comes from another site, without cookies that keep to theirs."""
    parameters = suite.parameters()

    for _ in range(2):  # signed out, then signed in
        page = await suite.browser.post(
            "/authorize", parameters, **{"sec-fetch-site": "cross-site", "origin": "https://suite.test:8443"}
        )
        if "username" in page.ids:
            page = await through(suite.browser, str(page.response.url))
        assert "code" in suite.answer_of(page)


async def test_oidcc_response_type_missing(suite: Suite) -> None:
    """Rule 12; the error is in the query, or posted."""
    assert await suite.refused(response_type=None) in {"invalid_request", "unsupported_response_type"}


async def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(suite: Suite) -> None:
    """Rule 14."""
    await suite.flow(nonce=None)


@pytest.mark.parametrize(
    "parameter",
    [
        {"display": "page"},
        {"display": "popup"},
        {"extra": "foobar"},
        {"login_hint": "tester"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
    ],
    ids=lambda parameter: next(iter(parameter.items())),
)
async def test_oidcc_parameters_that_must_not_hurt(suite: Suite, parameter: dict[str, str]) -> None:
    """oidcc-display-page and -popup, -ensure-request-with-unknown-parameter-succeeds, -login-hint, -ui-locales, …"""
    await suite.flow(**parameter)


async def test_oidcc_ensure_request_with_valid_pkce_succeeds(op: Outside, suite: Suite) -> None:
    challenge = {"code_challenge": suite.rp.parameters()["code_challenge"], "code_challenge_method": "S256"}
    code = (await suite.authorize(**challenge))["code"]

    tokens = token_answer(await suite.rp.redeem(op.http, code))

    await suite.check_id_token(tokens["id_token"], nonce=suite.rp.nonce)


async def test_oidcc_refresh_token(op: Outside, suite: Suite) -> None:
    """Rule 16."""
    assert "refresh_token" in (await op.metadata())["grant_types_supported"]
    first = await suite.flow(scope="openid offline_access", prompt="consent")
    response = await suite.rp.refresh(op.http, first.tokens["refresh_token"])
    refreshed = token_answer(response)
    claims = await suite.rp.verify(op.http, refreshed["id_token"])

    assert {name: claims[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: first.id_token[name] for name in ("iss", "sub", "aud", "auth_time")
    }
    assert ("azp" in claims) == ("azp" in first.id_token)
    assert claims["iat"] >= first.id_token["iat"]
    assert (await op.userinfo(refreshed["access_token"])).status_code == 200

    other = Suite(op, op.relying_party(f"{suite.rp.client_id}-2"), form_post=suite.form_post)
    nonce = secrets.token_urlsafe(32)
    assert len(nonce) == 43
    second = await other.flow(scope="openid offline_access", prompt="consent", nonce=nonce)
    stolen = await suite.rp.refresh(op.http, second.tokens["refresh_token"])
    assert token_error(stolen) == (400, "invalid_grant")
