"""F02: our logout tokens passed off as something else, or read by somebody else (RFC 8725 §3.11, ASVS 10.5.5)."""

import base64
import json
from typing import Any

import pytest

from idp.protocol.logout import LOGOUT_TOKEN_TYP, build_logout_token
from keys.jose import InvalidJwt, Purpose
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle


async def logout_token(cast: Cast) -> str:
    """One as the relay makes it, for a session of alice at client C."""
    id_token = await cast.c.verify(cast.world.http, (await cast.world.tokens(cast.c, cast.alice))["id_token"])
    claims = build_logout_token(
        iss=cast.world.issuer,
        aud="client-c",
        sub=id_token["sub"],
        sid=id_token["sid"],
        jti="jti-1",
        now=cast.world.time(),
    )
    return await cast.world.provider.keyring.sign(claims, typ=LOGOUT_TOKEN_TYP, alg="ES256")


def part(token: str, number: int) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[number] + "==")))


async def test_f02_it_says_what_it_is_and_for_whom_and_not_for_long(cast: Cast) -> None:
    token = await logout_token(cast)
    header, claims = part(token, 0), part(token, 1)
    assert header["typ"] == "logout+jwt"
    assert claims["aud"] == "client-c"
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert "nonce" not in claims
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}


async def test_f02_it_is_no_id_token_anywhere(cast: Cast, oracle: Oracle) -> None:
    token = await logout_token(cast)
    async with oracle.refusing("as a hint of a sign-out", status={400}):
        await cast.alice.browser.client.get(f"/end_session?id_token_hint={token}")
    async with oracle.refusing("as a hint of a sign-in", to_client="invalid_request"):
        await cast.alice.browser.client.get(cast.c.authorize_url(id_token_hint=token, prompt="none"))
    page = await cast.alice.browser.get(cast.c.authorize_url(prompt="none"))
    assert "code" in page.answer, "nobody was signed out"


async def test_f02_it_opens_nothing(cast: Cast, oracle: Oracle) -> None:
    token = await logout_token(cast)
    async with oracle.refusing("as an access token", status={401}):
        await cast.world.userinfo(token)
    async with oracle.refusing("as a refresh token", status={400}):
        await cast.c.refresh(cast.world.http, token)
    async with oracle.refusing("as a code", status={400}):
        await cast.c.redeem(cast.world.http, token)
    async with oracle.refusing("as an assertion", status={401}):
        await cast.world.http.post(
            "/token",
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": token,
            },
        )


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.LOGOUT_TOKEN])
async def test_f02_its_type_is_none_that_we_read(cast: Cast, purpose: Purpose) -> None:
    with pytest.raises(InvalidJwt):
        cast.world.provider.keyring.verify(await logout_token(cast), purpose=purpose)


async def test_f02_what_was_sent_to_a_client_is_told_to_that_client_alone(cast: Cast, oracle: Oracle) -> None:
    await cast.world.change_client("client-c", backchannel_logout_uri="https://client-c.example/out")
    await cast.world.tokens(cast.c, cast.alice)
    await cast.alice.browser.press(await cast.alice.browser.get("/end_session"), "sign-out-here")
    mine = (await cast.world.http.post("/logouts", auth=_auth(cast.c))).json()["logouts"]
    assert len(mine) == 1
    for form in ({}, {"before": mine[0]["id"]}, {"client_id": "client-m"}, {"limit": "100"}):
        response = await cast.world.http.post("/logouts", data=form, auth=_auth(cast.m))
        assert response.json() == {"logouts": [], "next": None}, form
    for form, auth in (
        ({"client_id": "client-c"}, _auth(cast.m)),
        ({"client_id": "client-c"}, None),
        ({"client_id": "client-b"}, None),
        ({"client_id": "client-c", "client_secret": "x"}, None),
        ({"client_id": "client-c", "client_secret": str(cast.m.client_secret)}, None),
    ):
        async with oracle.refusing(form, status={401}):
            if auth is None:
                await cast.world.http.post("/logouts", data=form)
            else:
                await cast.world.http.post("/logouts", data=form, auth=auth)


def _auth(rp: Any) -> tuple[str, str]:
    return rp.client_id, rp.client_secret
