"""A06: no parameter may come twice, wherever and however spelled (RFC 6749 §3.1, §3.2)."""

from base64 import b64encode
from urllib.parse import quote, urlencode

import pytest

from idp.protocol.authorization_request import PARAMETERS
from tests.attacks.oracle import Oracle
from tests.driver import RelyingParty
from tests.world import Visitor, World

FORM = {"content-type": "application/x-www-form-urlencoded"}


EXPECTED = {"client_id": None, "redirect_uri": None, "resource": "invalid_target"}
"""Where the answer is not invalid_request at the redirect_uri: a page of ours, or RFC 8707 §2."""


def basic_header(rp: RelyingParty) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{rp.client_id}:{rp.client_secret}".encode()).decode()}


def spellings(name: str) -> tuple[str, ...]:
    return (
        name,
        name.upper(),
        name.capitalize(),
        f"%{ord(name[0]):02X}{name[1:]}",
        f"%{ord(name[0].upper()):02x}{name[1:]}",
    )


def twins(name: str, value: str) -> list[tuple[str, str]]:
    """A second parameter of this name: the same value, another, none; and the name spelled otherwise."""
    return [(name, value), (name, ""), *((spelling, "other") for spelling in spellings(name))]


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client()


@pytest.fixture
async def alice(world: World, rp: RelyingParty) -> Visitor:
    return await world.visitor(rp)


async def test_a06_every_parameter_of_the_authorization_request(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Visitor
) -> None:
    browser = alice.browser.client
    for name in sorted(PARAMETERS):
        value = rp.parameters().get(name, "x")
        given = {**rp.parameters(), name: value}
        expected = EXPECTED.get(name, "invalid_request")
        for spelling, twin in twins(name, value):
            query = f"{urlencode(given)}&{spelling}={quote(twin)}"
            async with oracle.refusing((name, spelling, twin), to_client=expected, counted=True):
                await browser.get(f"/authorize?{query}")
        async with oracle.refusing((name, "POST"), to_client=expected, counted=True):
            await browser.post("/authorize", content=f"{urlencode(given)}&{name}=x", headers=FORM)


@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token"])
async def test_a06_every_parameter_of_the_token_request(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Visitor, grant: str
) -> None:
    tokens = await world.tokens(rp, alice)
    code = await alice.code(rp)
    form = {
        "authorization_code": {
            "code": code,
            "redirect_uri": rp.redirect_uri,
            "code_verifier": rp.verifier,
        },
        "refresh_token": {"refresh_token": tokens["refresh_token"], "scope": "openid"},
    }[grant] | {"grant_type": grant, "client_id": rp.client_id, "resource": world.issuer}
    headers = {**FORM, **basic_header(rp)}
    for name, value in form.items():
        for spelling, twin in twins(name, value):
            body = f"{urlencode(form)}&{spelling}={quote(twin)}"
            async with oracle.refusing((name, spelling, twin), status={400}, counted=True) as watch:
                await world.http.post("/token", content=body, headers=headers)
            assert watch.last.json()["error"] == (
                "invalid_target" if name == "resource" else "invalid_request"
            )
        async with oracle.refusing((name, "query and body"), status={400}, counted=True):
            await world.http.post(f"/token?{name}={quote(value)}", content=urlencode(form), headers=headers)
    response = await world.http.post("/token", content=urlencode(form), headers=headers)
    assert response.status_code == 200, "nothing of all this spent it"


async def test_a06_a_secret_in_header_and_body(world: World, oracle: Oracle, rp: RelyingParty) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": rp.client_id}
    for body in (
        {**form, "client_secret": str(rp.client_secret)},
        {**form, "client_secret": "wrong"},
        {**form, "client_assertion": "x", "client_assertion_type": "y"},
    ):
        async with oracle.refusing(sorted(body), status={400}, counted=True):
            await world.http.post("/token", data=body, headers=basic_header(rp))


async def test_a06_the_parameters_of_userinfo_end_session_and_the_callback(
    world: World, oracle: Oracle, rp: RelyingParty, alice: Visitor
) -> None:
    token = (await world.tokens(rp, alice))["access_token"]
    for spelling in spellings("access_token"):
        async with oracle.refusing(spelling, status={400}, counted=True):
            await world.http.post(
                "/userinfo", content=f"access_token={token}&{spelling}={token}", headers=FORM
            )
    for name in ("id_token_hint", "post_logout_redirect_uri", "state", "client_id", "ui_locales"):
        for spelling in spellings(name):
            async with oracle.refusing(spelling, status={400}, counted=True):
                await alice.browser.client.get(f"/end_session?{name}=x&{spelling}=x")
    for name in ("state", "code", "iss", "error"):
        for spelling in spellings(name):
            async with oracle.refusing(spelling, status={400}, counted=True):
                await alice.browser.client.get(f"/upstream/national/callback?{name}=x&{spelling}=x")
