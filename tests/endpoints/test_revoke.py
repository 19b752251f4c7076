"""Revocation from outside – RFC 7009; DESIGN 5.5, 5.13."""

from typing import Any

import pytest

from idp.audit.events import EventType
from tests.driver import RelyingParty
from tests.world import Visitor, World

OFFLINE = "openid profile offline_access"
RECORD = (EventType.TOKEN_REVOKED, EventType.TOKEN_REVOCATION_REFUSED)


async def end(world: World, who: RelyingParty, token: str, **form: str) -> None:
    response = await who.post(world.http, "/revoke", token=token, **form)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["cache-control"] == "no-store"


async def works(world: World, rp: RelyingParty, tokens: dict[str, Any]) -> tuple[bool, bool]:
    """Whether userinfo takes the access token, and introspection the refresh token."""
    answer = await world.userinfo(tokens["access_token"])
    state = await rp.post(world.http, "/introspect", token=tokens["refresh_token"])
    return answer.status_code == 200, state.json()["active"]


async def test_a_refresh_token_ends_with_its_whole_grant(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §2.1
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    other = await world.tokens(rp, alice, scope=OFFLINE)
    await end(world, rp, tokens["refresh_token"])
    assert await works(world, rp, tokens) == (False, False)
    refused = await rp.refresh(world.http, tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert await works(world, rp, other) == (True, True), "another authorization of the same person"
    assert await world.events(*RECORD) == ["token:revoked"]


async def test_an_access_token_ends_alone(world: World, rp: RelyingParty, alice: Visitor) -> None:
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    await end(world, rp, tokens["access_token"])
    assert await works(world, rp, tokens) == (False, True)
    again = (await rp.refresh(world.http, tokens["refresh_token"])).json()
    assert await works(world, rp, again) == (True, True)
    assert await world.events(*RECORD) == ["token:revoked"]


async def test_a_generation_that_was_spent_names_its_grant_too(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    again = (await rp.refresh(world.http, tokens["refresh_token"])).json()
    await end(world, rp, tokens["refresh_token"])
    assert await works(world, rp, again) == (False, False)


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "something_else", ""])
async def test_a_wrong_hint_does_no_harm(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:  # §2.1
    for kind in ("access_token", "refresh_token"):
        tokens = await world.tokens(rp, alice, scope=OFFLINE)
        await end(world, rp, tokens[kind], token_type_hint=hint)
        assert (await works(world, rp, tokens))[0] is False


async def test_what_is_unknown_or_over_is_answered_like_success(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §2.2
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    await end(world, rp, tokens["refresh_token"])
    await end(world, rp, tokens["access_token"])
    ended = await world.events(*RECORD)
    unknown = tokens["refresh_token"][:-1] + ("A" if tokens["refresh_token"][-1] != "A" else "B")
    for token in (tokens["refresh_token"], tokens["access_token"], unknown, "junk", tokens["id_token"]):
        await end(world, rp, token)
    world.time.move(minutes=10)
    await end(world, rp, tokens["access_token"])
    assert await world.events(*RECORD) == ended == ["token:revoked", "token:revoked"]


async def test_another_client_s_token_is_refused_lives_on_and_is_on_record(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §2.1
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    thief = await world.client("thief")
    for kind in ("refresh_token", "access_token"):
        refused = await thief.post(world.http, "/revoke", token=tokens[kind])
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert await works(world, rp, tokens) == (True, True)
    assert await world.events(*RECORD) == ["token:revocation-refused"] * 2


async def test_a_public_client_ends_its_own(world: World, alice: Visitor) -> None:  # §5
    app = await world.client("app", secret=False)
    await world.agree(alice.person.person_id, app)
    tokens = await world.tokens(app, alice, scope=OFFLINE)
    await end(world, app, tokens["refresh_token"])
    assert (await world.userinfo(tokens["access_token"])).status_code == 401


async def test_without_proof_nothing_ends(world: World, rp: RelyingParty, alice: Visitor) -> None:
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    form = {"token": tokens["refresh_token"]}
    for refused in (
        await world.http.post("/revoke", data=form),
        await world.http.post("/revoke", data={**form, "client_id": rp.client_id}),
        await world.http.post("/revoke", data=form, auth=(rp.client_id, "wrong")),
    ):
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert await works(world, rp, tokens) == (True, True)
    assert await world.events(*RECORD) == []


@pytest.mark.parametrize("form", [{"token": ""}, {"token_type_hint": "refresh_token"}], ids=str)
async def test_a_request_without_a_token_is_malformed(
    world: World, rp: RelyingParty, form: dict[str, str]
) -> None:
    refused = await rp.post(world.http, "/revoke", **form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


async def test_a_token_in_the_address_ends_nothing(world: World, rp: RelyingParty, alice: Visitor) -> None:
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    refused = await rp.post(world.http, f"/revoke?token={tokens['refresh_token']}")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert (await world.http.get("/revoke")).status_code == 405
    assert await works(world, rp, tokens) == (True, True)
