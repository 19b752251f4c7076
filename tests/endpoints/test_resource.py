"""One audience per access token – RFC 8707, RFC 9068 §3 and §4, DESIGN 5.1 and 5.5, adr/0011."""

from typing import Any

import httpx
import pytest

from idp.audit.events import EventType
from idp.grants.gid import gid_of
from idp.ids import AudienceGid
from idp.people.model import PersonStatus
from tests.driver import RelyingParty
from tests.world import Visitor, World

DATA, OTHER, FOREIGN = "https://data.example/", "urn:example:other", "urn:example:foreign"


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    await world.client("rp-d", audiences=(FOREIGN,))
    return await world.client(audiences=(DATA, OTHER))


async def claims_of(world: World, rp: RelyingParty, response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    return await rp.verify(world.http, response.json()["access_token"])


def assert_no_target(response: httpx.Response) -> None:
    assert (response.status_code, response.json()["error"]) == (400, "invalid_target")
    assert response.headers["cache-control"] == "no-store"


async def is_live(world: World, claims: dict[str, Any]) -> bool:
    """Ask for the grant of an access token of any audience, as introspection would: one look-up by gid and aud."""
    gid = gid_of(AudienceGid(claims["gid"]), claims["aud"], world.provider.vault)
    assert gid is not None
    found = await world.provider.database.read(lambda tx: tx.grants.find_by_gid(gid, world.time()))
    assert found is not None
    return found[1]


async def test_without_resource_the_token_is_for_our_own_userinfo_whatever_is_registered(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # stock OpenID Connect libraries name none
    tokens = await world.tokens(rp, alice)
    access = await rp.verify(world.http, tokens["access_token"])
    assert access["aud"] == world.issuer
    assert access["sub"] == (await rp.verify(world.http, tokens["id_token"]))["sub"]
    assert (await world.userinfo(tokens["access_token"])).json()["sub"] == access["sub"]
    refreshed = await rp.refresh(world.http, tokens["refresh_token"])
    assert (await claims_of(world, rp, refreshed))["aud"] == world.issuer


async def test_a_resource_at_authorize_is_the_audience_of_the_grant_s_tokens(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # RFC 8707 §2.1
    tokens = await world.tokens(rp, alice, resource=DATA)
    access = await rp.verify(world.http, tokens["access_token"])
    id_token = await rp.verify(world.http, tokens["id_token"])
    assert (access["aud"], id_token["aud"]) == (DATA, rp.client_id)
    assert access["sub"] != id_token["sub"], "each audience knows the person by a name of its own"
    refreshed = await rp.refresh(world.http, tokens["refresh_token"])
    again = await claims_of(world, rp, refreshed)
    assert (again["aud"], again["sub"], again["gid"]) == (DATA, access["sub"], access["gid"])


@pytest.mark.parametrize("began_with", [None, DATA])
@pytest.mark.parametrize("resource", [DATA, OTHER, "issuer"])
async def test_a_resource_at_token_is_the_audience_of_that_token_alone(
    world: World, rp: RelyingParty, alice: Visitor, began_with: str | None, resource: str
) -> None:  # RFC 8707 §2.2
    wanted = world.issuer if resource == "issuer" else resource
    redeemed = await rp.redeem(world.http, await alice.code(rp, resource=began_with), resource=wanted)
    by_code = await claims_of(world, rp, redeemed)
    plain = await rp.refresh(world.http, redeemed.json()["refresh_token"])
    named = await rp.refresh(world.http, plain.json()["refresh_token"], resource=wanted)
    by_refresh = await claims_of(world, rp, named)
    assert by_code["aud"] == by_refresh["aud"] == wanted
    assert (await claims_of(world, rp, plain))["aud"] == (began_with or world.issuer)
    assert (by_code["sub"], by_code["gid"]) == (by_refresh["sub"], by_refresh["gid"])
    assert by_code["jti"] != by_refresh["jti"]


async def test_an_audience_knows_a_person_by_one_name_whoever_calls_it(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # DESIGN 5.1
    second = await world.client("rp-e", audiences=(DATA,))
    owner = await world.client("rp-f", sector=DATA)
    subs = []
    for caller, resource in ((rp, DATA), (second, DATA), (owner, None), (rp, OTHER)):
        await world.agree(alice.person.person_id, caller)
        response = await caller.redeem(world.http, await alice.code(caller), resource=resource)
        subs.append((await claims_of(world, caller, response))["sub"])
    assert subs[0] == subs[1] == subs[2] != subs[3]


async def test_a_grant_has_another_gid_at_each_audience_and_another_grant_another_one(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # DESIGN 5.5
    gids = []
    for _ in range(2):
        token = (await world.tokens(rp, alice))["refresh_token"]
        for resource in (None, DATA, OTHER):
            response = await rp.refresh(world.http, token, resource=resource)
            token = response.json()["refresh_token"]
            gids.append((await claims_of(world, rp, response))["gid"])
    assert len(set(gids)) == 6


async def test_a_retry_gets_the_same_refresh_token_whatever_its_resource(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # DESIGN 5.6
    first = (await world.tokens(rp, alice))["refresh_token"]
    answers = []
    for resource in (None, DATA, OTHER, world.issuer, DATA):
        answers.append(await rp.refresh(world.http, first, resource=resource))
        world.time.move(seconds=10)
    audiences = [(await claims_of(world, rp, answer))["aud"] for answer in answers]
    assert audiences == [world.issuer, DATA, OTHER, world.issuer, DATA]
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    world.time.move(seconds=10.001)
    late = await rp.refresh(world.http, first, resource=DATA)
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    assert not await is_live(world, await claims_of(world, rp, answers[0]))


@pytest.mark.parametrize(
    "resource", [FOREIGN, "urn:example:nobody", DATA[:-1], f"{DATA}#x", "rp-d", "é", "x" * 5000]
)
async def test_a_resource_that_is_not_the_client_s_is_refused_and_nothing_is_spent(
    world: World, rp: RelyingParty, alice: Visitor, resource: str
) -> None:  # RFC 8707 §2, SECURITY B11
    page = await alice.browser.get(rp.authorize_url(resource=resource))
    assert page.answer["error"] == "invalid_target"
    code = await alice.code(rp)
    assert_no_target(await rp.redeem(world.http, code, resource=resource))
    redeemed = await rp.redeem(world.http, code)
    assert redeemed.status_code == 200
    token = redeemed.json()["refresh_token"]
    assert_no_target(await rp.refresh(world.http, token, resource=resource))
    assert (await rp.refresh(world.http, token)).status_code == 200


async def test_two_resources_are_refused_even_when_both_are_the_client_s(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # RFC 8707 §2: one audience per token
    page = await alice.browser.get(f"{rp.authorize_url(resource=DATA)}&resource=urn%3Aexample%3Aother")
    assert page.answer["error"] == "invalid_target"
    code = await alice.code(rp)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": rp.redirect_uri}
    form |= {"code_verifier": rp.verifier}
    both: Any = [DATA, OTHER]
    assert_no_target(await rp.token(world.http, **form, resource=both))
    assert (await rp.token(world.http, **form, resource=DATA)).status_code == 200


async def test_whoever_has_not_proved_the_code_is_told_nothing_of_resources(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    code = await alice.code(rp)
    response = await rp.redeem(world.http, code, resource=FOREIGN, code_verifier="x" * 43)
    assert response.json()["error"] == "invalid_grant"
    assert (await rp.redeem(world.http, code)).json()["error"] == "invalid_grant", "and the code is dead"


async def test_a_registration_that_grows_widens_no_grant_and_one_that_shrinks_narrows_it_at_once(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # SECURITY B11
    token = (await world.tokens(rp, alice, resource=DATA))["refresh_token"]
    await world.change_client("rp-c", audiences=(OTHER, "urn:example:new"))
    for resource in ("urn:example:new", DATA, None):
        assert_no_target(await rp.refresh(world.http, token, resource=resource))
    response = await rp.refresh(world.http, token, resource=OTHER)
    assert (await claims_of(world, rp, response))["aud"] == OTHER
    anew = await world.tokens(rp, alice, resource="urn:example:new")
    assert (await rp.verify(world.http, anew["access_token"]))["aud"] == "urn:example:new"


async def test_scopes_do_not_depend_on_the_audience(world: World, rp: RelyingParty, alice: Visitor) -> None:
    token = (await world.tokens(rp, alice, scope="openid profile email"))["refresh_token"]
    for resource in (None, DATA):
        response = await rp.refresh(world.http, token, resource=resource)
        token = response.json()["refresh_token"]
        assert (await claims_of(world, rp, response))["scope"] == "email openid profile"
    narrow = await rp.refresh(world.http, token, resource=DATA, scope="profile")
    assert (await claims_of(world, rp, narrow))["scope"] == narrow.json()["scope"] == "profile"


async def test_userinfo_takes_no_token_that_is_for_an_api(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # RFC 9068 §4, SECURITY B14
    tokens = await world.tokens(rp, alice, resource=DATA)
    for response in (
        await world.userinfo(tokens["access_token"]),
        await world.http.post("/userinfo", data={"access_token": tokens["access_token"]}),
    ):
        assert response.status_code == 401
        assert 'error="invalid_token"' in response.headers["www-authenticate"]
    ours = await rp.refresh(world.http, tokens["refresh_token"], resource=world.issuer)
    assert (await world.userinfo(ours.json()["access_token"])).status_code == 200


async def test_the_tokens_of_every_audience_end_with_their_grant(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # DESIGN 5.5, bound A
    person_id = alice.person.person_id
    token = (await world.tokens(rp, alice))["refresh_token"]
    held = []
    for resource in (None, DATA, OTHER):
        response = await rp.refresh(world.http, token, resource=resource)
        token = response.json()["refresh_token"]
        held.append(await claims_of(world, rp, response))
    assert [await is_live(world, claims) for claims in held] == [True] * 3
    await world.set_status(person_id, PersonStatus.LOCKED)
    assert [await is_live(world, claims) for claims in held] == [False] * 3
    await world.set_status(person_id, PersonStatus.ACTIVE)
    await world.withdraw(person_id, rp)
    assert [await is_live(world, claims) for claims in held] == [False] * 3
    for resource in (None, DATA):
        response = await rp.refresh(world.http, token, resource=resource)
        assert response.json()["error"] == "invalid_grant"


async def test_the_record_tells_for_whom_each_token_was(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # DESIGN 5.9
    redeemed = await rp.redeem(world.http, await alice.code(rp), resource=OTHER)
    await rp.refresh(world.http, redeemed.json()["refresh_token"], resource=DATA)
    await rp.refresh(world.http, redeemed.json()["refresh_token"])
    await world.events()
    records = await world.provider.database.read(lambda tx: tx.audit.read(after=-1, limit=100))
    told = {
        record.event.type: record.event.payload["audience"]
        for record in records
        if "audience" in record.event.payload
    }
    assert told == {
        EventType.CODE_REDEEMED: OTHER,
        EventType.REFRESH_ROTATED: DATA,
        EventType.REFRESH_REPEATED: world.issuer,
    }
