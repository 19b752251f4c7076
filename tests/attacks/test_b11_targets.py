"""B11, B14: an access token for another audience than was agreed to, or one taken elsewhere than its audience.

RFC 8707 §2, §3; RFC 9068 §4, §5; ASVS 9.2.3, 9.2.4.
"""

from dataclasses import replace

import pytest

from idp.audit.events import EventType
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.attacks.token_inputs import FORM
from tests.driver import RelyingParty
from tests.world import World

DATA_STORE, OTHER, FOREIGN = "urn:haiphong:kho-du-lieu", "https://api.example/", "urn:example:of-client-m"
TARGETS = [
    FOREIGN, "client-c", "client-m", f"{DATA_STORE} ", f"{DATA_STORE},{OTHER}", f"{DATA_STORE} {OTHER}",
    f'["{DATA_STORE}"]', "URN:haiphong:kho-du-lieu", "https://api.example", "https://api.example/%2e",
    "https://API.example/", "*", "null", "😀", "/" * 1000,
]  # fmt: skip


@pytest.fixture
async def rp(cast: Cast) -> RelyingParty:
    await cast.world.change_client("client-m", audiences=(FOREIGN,))
    for client_id in ("client-b", "client-c"):
        await cast.world.change_client(client_id, audiences=(DATA_STORE, OTHER))
    return cast.c


async def test_b11_a_resource_of_another_client_or_of_nobody(
    world: World, oracle: Oracle, cast: Cast, rp: RelyingParty
) -> None:
    for thief in (cast.b, rp):
        token = (await cast.held_by(thief, cast.alice))["refresh_token"]
        code = await cast.alice.code(thief)
        for target in TARGETS:
            async with oracle.refusing(target, to_client="invalid_target", counted=True):
                await cast.alice.browser.client.get(thief.authorize_url(resource=target))
            async with oracle.refusing(target, status={400}, counted=True) as watch:
                await thief.refresh(world.http, token, resource=target)
            assert watch.last.json()["error"] == "invalid_target"
            async with oracle.refusing(target, status={400}, counted=True) as watch:
                await thief.redeem(world.http, code, resource=target)
            assert watch.last.json()["error"] == "invalid_target"
        assert (await thief.refresh(world.http, token)).status_code == 200, "nothing of all this spent it"
        assert (await thief.redeem(world.http, code)).status_code == 200


async def test_b11_two_resources_in_any_spelling(
    world: World, oracle: Oracle, cast: Cast, rp: RelyingParty
) -> None:
    token = (await cast.held_by(cast.b, cast.alice))["refresh_token"]
    pairs = [
        (f"resource={DATA_STORE}", "resource=https%3A%2F%2Fapi.example%2F"),
        (f"resource={DATA_STORE}", f"resource={DATA_STORE}"),
        (f"resource={DATA_STORE}", "resource="),
        ("resource=", f"RESOURCE={DATA_STORE}"),
        ("Resource=x", "%72esource=y"),
        (f"resource={DATA_STORE}", "resource=https%3A%2F%2Fapi.example%2F&resource=x"),
    ]
    for pair in pairs:
        body = f"grant_type=refresh_token&client_id=client-b&refresh_token={token}&{'&'.join(pair)}"
        async with oracle.refusing(pair, status={400}, counted=True) as watch:
            await world.http.post("/token", content=body, headers=FORM)
        assert watch.last.json()["error"] == "invalid_target"
        async with oracle.refusing(pair, to_client="invalid_target", counted=True):
            await cast.alice.browser.client.get(f"{cast.b.authorize_url()}&{'&'.join(pair)}")
    assert (await cast.b.refresh(world.http, token)).status_code == 200


async def test_b11_a_stolen_refresh_token_opens_no_audience_of_the_thief(
    world: World, oracle: Oracle, cast: Cast, rp: RelyingParty
) -> None:
    token = (await cast.held_by(rp, cast.alice))["refresh_token"]
    for target in (FOREIGN, DATA_STORE, world.issuer, None):
        async with oracle.refusing(target, status={400}, events=[EventType.REFRESH_REFUSED]) as watch:
            await cast.m.refresh(world.http, token, resource=target)
        assert watch.last.json()["error"] == "invalid_grant"
    assert (await rp.refresh(world.http, token, resource=DATA_STORE)).status_code == 200


async def test_b14_a_token_for_the_data_store_at_userinfo(
    world: World, oracle: Oracle, cast: Cast, rp: RelyingParty
) -> None:
    for client in (cast.b, rp):
        for named in ({"resource": DATA_STORE}, {"resource": OTHER}):
            tokens = (await client.redeem(world.http, await cast.alice.code(client), **named)).json()
            async with oracle.refusing(named, status={401}, counted=True) as watch:
                await world.userinfo(tokens["access_token"])
            assert 'error="invalid_token"' in watch.last.headers["www-authenticate"]
            async with oracle.refusing(named, status={401}, counted=True):
                await world.http.post("/userinfo", data={"access_token": tokens["access_token"]})
            ours = await client.refresh(world.http, tokens["refresh_token"])
            assert await cast.lives(ours.json())


async def test_b14_an_audience_that_reads_like_ours_is_not_ours(
    world: World, oracle: Oracle, cast: Cast, rp: RelyingParty
) -> None:
    """Whoever held our signing key still could not pass one audience's token off as another's."""
    ours = (await cast.held_by(rp, cast.alice))["access_token"]
    theirs = await rp.redeem(world.http, await cast.alice.code(rp), resource=DATA_STORE)
    claims = await rp.verify(world.http, ours)
    of_theirs = await rp.verify(world.http, theirs.json()["access_token"])
    audiences = [
        None, [], [world.issuer], [world.issuer, DATA_STORE], [DATA_STORE, world.issuer], DATA_STORE, rp.client_id,
        f"{world.issuer}/", f"{world.issuer}/userinfo", world.issuer.upper(), "*", True, {"0": world.issuer},
    ]  # fmt: skip
    forged = [claims | {"aud": audience} for audience in audiences]
    forged += [{name: value for name, value in claims.items() if name != "aud"}]
    forged += [of_theirs | {"aud": world.issuer}, claims | {"gid": of_theirs["gid"]}]
    for payload in forged:
        token = await world.provider.keyring.sign(payload, typ="at+jwt", alg="ES256")
        async with oracle.refusing(payload.get("aud"), status={401}, counted=True) as watch:
            await world.userinfo(token)
        assert 'error="invalid_token"' in watch.last.headers["www-authenticate"]
    again = await world.provider.keyring.sign(claims, typ="at+jwt", alg="ES256")
    assert (await world.userinfo(again)).status_code == 200, "it was the audience alone"


async def test_b11_a_code_can_t_be_moved_to_an_audience_by_another_redirect_or_verifier(
    world: World, oracle: Oracle, cast: Cast, rp: RelyingParty
) -> None:
    thief = replace(rp, verifier="x" * 43)
    for target in (DATA_STORE, FOREIGN):
        code = await cast.alice.code(rp)
        async with oracle.refusing(target, status={400}, events=[EventType.CODE_REFUSED]) as watch:
            await thief.redeem(world.http, code, resource=target)
        assert watch.last.json()["error"] == "invalid_grant"
