"""Refresh tokens – RFC 6749 §6, RFC 9700 §4.14.2, OpenID Connect Core §11–12, DESIGN 5.4 and 5.6."""

from typing import Any

import httpx
import pytest

from idp.audit.events import EventType
from idp.people.model import PersonStatus
from tests.driver import RelyingParty
from tests.world import Visitor, World

DAY = 86_400


@pytest.fixture
async def first(world: World, rp: RelyingParty, alice: Visitor) -> dict[str, Any]:
    """Tokens that end with the session."""
    return await world.tokens(rp, alice)


@pytest.fixture
async def offline(world: World, rp: RelyingParty, alice: Visitor) -> dict[str, Any]:
    """Tokens that outlive the session."""
    return await world.tokens(rp, alice, scope="openid profile email offline_access")


def assert_dead(response: httpx.Response) -> None:
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


async def test_rotation_gives_a_new_token_and_the_id_token_states_the_same_sign_in(
    world: World, rp: RelyingParty, first: dict[str, Any]
) -> None:  # Core §12.2
    world.time.move(minutes=5)
    response = await rp.refresh(world.http, first["refresh_token"])
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    tokens = response.json()
    assert tokens["refresh_token"] != first["refresh_token"]
    before = await rp.verify(world.http, first["id_token"])
    after = await rp.verify(world.http, tokens["id_token"])
    assert {name for name in before if before[name] != after.get(name)} == {"nonce", "iat", "exp", "txn"}
    assert "nonce" not in after
    assert after["iat"] == before["iat"] + 300


async def test_the_previous_token_gets_the_same_successor_again_for_a_minute(
    world: World, rp: RelyingParty, first: dict[str, Any]
) -> None:  # DESIGN 5.6
    successor = (await rp.refresh(world.http, first["refresh_token"])).json()["refresh_token"]
    world.time.move(seconds=30)
    again = await rp.refresh(world.http, first["refresh_token"])
    assert again.status_code == 200
    assert again.json()["refresh_token"] == successor
    world.time.move(seconds=30)
    assert (await rp.refresh(world.http, first["refresh_token"])).json()["refresh_token"] == successor
    assert (await rp.refresh(world.http, successor)).status_code == 200


async def test_after_a_minute_the_previous_token_ends_the_family(
    world: World, rp: RelyingParty, first: dict[str, Any]
) -> None:  # RFC 9700 §4.14.2
    second = (await rp.refresh(world.http, first["refresh_token"])).json()
    before = await world.events()
    world.time.move(seconds=60.001)
    assert_dead(await rp.refresh(world.http, first["refresh_token"]))
    assert (await world.events())[len(before) :] == [EventType.REFRESH_REUSED]
    assert_dead(await rp.refresh(world.http, second["refresh_token"]))
    for tokens in (first, second):
        assert (await world.userinfo(tokens["access_token"])).status_code == 401


async def test_once_the_successor_was_used_the_previous_token_ends_the_family(
    world: World, rp: RelyingParty, first: dict[str, Any]
) -> None:  # DESIGN 5.6
    second = (await rp.refresh(world.http, first["refresh_token"])).json()["refresh_token"]
    third = (await rp.refresh(world.http, second)).json()
    assert_dead(await rp.refresh(world.http, first["refresh_token"]))
    assert_dead(await rp.refresh(world.http, third["refresh_token"]))
    assert (await world.userinfo(third["access_token"])).status_code == 401


async def test_a_grandparent_ends_the_family_even_in_the_same_second(
    world: World, rp: RelyingParty, first: dict[str, Any]
) -> None:  # SECURITY B09
    chain = [first["refresh_token"]]
    for _ in range(5):
        chain.append((await rp.refresh(world.http, chain[-1])).json()["refresh_token"])
    assert len(set(chain)) == 6
    assert_dead(await rp.refresh(world.http, chain[0]))
    assert_dead(await rp.refresh(world.http, chain[-1]))


async def test_another_family_of_the_same_person_lives_on(
    world: World, rp: RelyingParty, alice: Visitor, first: dict[str, Any]
) -> None:
    other = await world.tokens(rp, alice)
    await rp.refresh(world.http, first["refresh_token"])
    world.time.move(seconds=61)
    assert_dead(await rp.refresh(world.http, first["refresh_token"]))
    assert (await rp.refresh(world.http, other["refresh_token"])).status_code == 200


async def test_a_narrower_scope_narrows_the_access_token_and_not_the_family(
    world: World, rp: RelyingParty, offline: dict[str, Any]
) -> None:  # RFC 6749 §6
    narrow = (await rp.refresh(world.http, offline["refresh_token"], scope="openid profile")).json()
    assert narrow["scope"] == "openid profile"
    assert "email" not in (await world.userinfo(narrow["access_token"])).json()
    wide = (await rp.refresh(world.http, narrow["refresh_token"])).json()
    assert wide["scope"] == "email offline_access openid profile"
    assert "email" in (await world.userinfo(wide["access_token"])).json()


@pytest.mark.parametrize("scope", ["openid phone", "openid profile address", "docs.read", "unheard-of"])
async def test_a_wider_scope_is_refused_and_the_token_lives(
    world: World, rp: RelyingParty, offline: dict[str, Any], scope: str
) -> None:  # RFC 6749 §6
    response = await rp.refresh(world.http, offline["refresh_token"], scope=scope)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")
    assert (await rp.refresh(world.http, offline["refresh_token"])).status_code == 200


async def test_a_token_without_offline_access_ends_with_its_session(
    world: World, rp: RelyingParty, alice: Visitor, first: dict[str, Any]
) -> None:  # Core §11
    await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    assert_dead(await rp.refresh(world.http, first["refresh_token"]))
    assert (await world.userinfo(first["access_token"])).status_code == 401


async def test_a_token_with_offline_access_outlives_its_session(
    world: World, rp: RelyingParty, alice: Visitor, offline: dict[str, Any]
) -> None:  # Core §11
    await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    assert (await rp.refresh(world.http, offline["refresh_token"])).status_code == 200
    assert (await world.userinfo(offline["access_token"])).status_code == 200


async def test_without_offline_access_refreshing_stops_at_the_session_s_absolute_limit(
    world: World, rp: RelyingParty, first: dict[str, Any]
) -> None:  # DESIGN 5.4
    world.time.move(hours=11, minutes=59)
    second = (await rp.refresh(world.http, first["refresh_token"])).json()
    world.time.move(minutes=1)
    assert_dead(await rp.refresh(world.http, second["refresh_token"]))


async def test_an_idle_token_ends_after_two_weeks(
    world: World, rp: RelyingParty, offline: dict[str, Any]
) -> None:  # DESIGN 5.4
    world.time.move(seconds=14 * DAY - 1)
    second = (await rp.refresh(world.http, offline["refresh_token"])).json()
    world.time.move(seconds=14 * DAY)
    assert_dead(await rp.refresh(world.http, second["refresh_token"]))


async def test_a_family_ends_after_ninety_days_however_used(
    world: World, rp: RelyingParty, offline: dict[str, Any]
) -> None:  # ASVS 10.4.8
    token = offline["refresh_token"]
    for _ in range(8):
        world.time.move(days=11)
        token = (await rp.refresh(world.http, token)).json()["refresh_token"]
    world.time.move(days=2)
    assert_dead(await rp.refresh(world.http, token))


async def test_a_token_of_another_client_is_refused_and_recorded_with_both_names(
    world: World, rp: RelyingParty, first: dict[str, Any]
) -> None:  # oidcc-refresh-token, SECURITY B03
    other = await world.client("rp-d")
    before = await world.events()
    assert_dead(await other.refresh(world.http, first["refresh_token"]))
    assert (await world.events())[len(before) :] == [EventType.REFRESH_REFUSED]


@pytest.mark.parametrize(
    "token", ["", "nonsense", "hp_rt_00" + "a" * 43, "hp_code_00" + "a" * 43, "é", "x" * 5000]
)
async def test_a_token_that_is_none_of_ours_is_refused(world: World, rp: RelyingParty, token: str) -> None:
    response = await rp.refresh(world.http, token)
    assert response.status_code == 400
    assert response.json()["error"] == ("invalid_grant" if token else "invalid_request")


async def test_a_locked_person_s_tokens_rest_and_wake_up(
    world: World, rp: RelyingParty, alice: Visitor, offline: dict[str, Any]
) -> None:  # SECURITY B10
    await world.set_status(alice.person.person_id, PersonStatus.LOCKED)
    assert_dead(await rp.refresh(world.http, offline["refresh_token"]))
    assert (await world.userinfo(offline["access_token"])).status_code == 401
    await world.set_status(alice.person.person_id, PersonStatus.ACTIVE)
    assert (await rp.refresh(world.http, offline["refresh_token"])).status_code == 200


async def test_withdrawn_consent_ends_the_tokens_of_that_client_alone(
    world: World, rp: RelyingParty, alice: Visitor, offline: dict[str, Any]
) -> None:  # SECURITY B10
    other = await world.client("rp-d")
    await world.agree(alice.person.person_id, other)
    elsewhere = await world.tokens(other, alice)
    await world.withdraw(alice.person.person_id, rp)
    assert_dead(await rp.refresh(world.http, offline["refresh_token"]))
    assert (await world.userinfo(offline["access_token"])).status_code == 401
    assert (await other.refresh(world.http, elsewhere["refresh_token"])).status_code == 200
