"""One more check: who is signed in is asked for what is missing alone – PAGES 3.1.8, RFC 9470 §4, SECURITY E06."""

import json

import pytest

from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin, Profile
from tests.driver import RelyingParty
from tests.world import Visitor, World


@pytest.fixture
async def city(world: World) -> RelyingParty:
    return await world.client("rp-city", profile=Profile.CITY, default_acr=None, local_login=LocalLogin.NEVER)


async def _at_substantial(world: World, rp: RelyingParty) -> Visitor:
    visitor = await world.visitor(rp)
    world.time.move(minutes=20)
    return visitor


async def test_it_says_why_and_leaves_out_what_would_not_reach(world: World, city: RelyingParty) -> None:
    alice = await _at_substantial(world, city)
    page = await alice.browser.get(city.authorize_url(acr_values="LoA3"))
    assert {"page-step-up", "why", "no-way", "cancel"} <= page.ids, "no national system is connected here"
    assert "expires" not in page.ids
    assert "mức cao" in page.response.text
    assert not {"method-password", "method-passkey", "method-code", "level-01"} & page.ids
    again = await alice.browser.get(f"/sign-in?i={page.interaction}&m=cancelled")
    assert {"page-step-up", "notice"} <= again.ids, "what other pages say is said here"


async def test_it_comes_back_to_the_same_request_with_a_fresh_auth_time_and_the_same_person(
    world: World, city: RelyingParty
) -> None:
    alice = await _at_substantial(world, city)
    before = await world.tokens(city, alice)
    page = await alice.browser.get(city.authorize_url(acr_values="LoA3"))
    world.time.move(seconds=5)
    await world.signed_in(alice.browser, alice.person.person_id, acr=Acr.HIGH)
    page = await alice.browser.get(f"/step-up?i={page.interaction}")
    assert page.answer["state"] == city.state
    response = await city.redeem(world.http, page.answer["code"])
    told = await city.verify(world.http, response.json()["id_token"])
    first = await city.verify(world.http, before["id_token"])
    assert (told["acr"], told["sub"]) == (Acr.HIGH.value, first["sub"])
    assert told["auth_time"] == int(world.time().timestamp())
    assert told["auth_time"] > first["auth_time"]


async def test_high_is_for_the_act_and_asked_again_for_the_next_one_after_ten_minutes(
    world: World, city: RelyingParty
) -> None:
    alice = await world.visitor(city)
    await world.signed_in(alice.browser, alice.person.person_id, acr=Acr.HIGH)
    world.time.move(minutes=10)
    assert "code" in (await alice.browser.get(city.authorize_url(acr_values="LoA3"))).answer
    world.time.move(seconds=1)
    page = await alice.browser.get(city.authorize_url(acr_values="LoA3"))
    assert "page-step-up" in page.ids
    silent = await alice.browser.get(city.authorize_url(acr_values="LoA3", prompt="none"))
    assert silent.answer["error"] == "login_required"
    tokens = await world.tokens(city, alice, acr_values="LoA2")
    told = await city.verify(world.http, tokens["id_token"])
    assert told["acr"] == Acr.SUBSTANTIAL.value, "it is still one of two factors"


async def test_turning_back_is_told_and_keeps_the_session(world: World, city: RelyingParty) -> None:
    alice = await _at_substantial(world, city)
    page = await alice.browser.get(city.authorize_url(acr_values="LoA3"))
    page = await alice.browser.press(page, "cancel")
    assert (page.answer["error"], page.answer["state"]) == ("access_denied", city.state)
    assert "code" in (await alice.browser.get(city.authorize_url())).answer


async def test_who_has_just_proved_too_little_is_told_so(world: World, city: RelyingParty) -> None:
    alice = await _at_substantial(world, city)
    page = await alice.browser.get(city.authorize_url(acr_values="LoA3"))
    world.time.move(seconds=1)
    await world.signed_in(alice.browser, alice.person.person_id)
    page = await alice.browser.get(f"/step-up?i={page.interaction}")
    assert {"page-step-up", "error"} <= page.ids
    page = await alice.browser.press(page, "cancel")
    assert page.answer["error"] == "unmet_authentication_requirements"


async def test_an_account_of_level_01_is_told_where_it_becomes_02(world: World, city: RelyingParty) -> None:
    alice = await world.visitor(city)
    await world.signed_in(alice.browser, alice.person.person_id, acr=Acr.LOW, ial=1)
    world.time.move(seconds=1)
    page = await alice.browser.get(city.authorize_url())
    assert {"page-step-up", "level-01", "nearest"} <= page.ids


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["LoA2"], "LoA2"),
        (["LoA3", "LoA2"], "LoA3"),
        (["LoA1", Acr.SUBSTANTIAL.value], Acr.SUBSTANTIAL.value),
        (["urn:mace:incommon:iap:silver", "LoA1"], "LoA1"),
    ],
)
async def test_an_essential_level_is_answered_by_a_name_that_was_asked_for(
    world: World, city: RelyingParty, values: list[str], told: str
) -> None:  # Core §5.5.1.1: it MUST match one of the requested values
    alice = await world.visitor(city)
    await world.signed_in(alice.browser, alice.person.person_id, acr=Acr.HIGH)
    asked = json.dumps({"id_token": {"acr": {"essential": True, "values": values}}})
    tokens = await world.tokens(city, alice, claims=asked)
    renewed = (await city.refresh(world.http, tokens["refresh_token"])).json()
    for answer in (tokens, renewed):
        assert (await city.verify(world.http, answer["id_token"]))["acr"] == told
        access = await city.verify(world.http, answer["access_token"])
        assert access["acr"] == Acr.HIGH.value, "what was reached"


async def test_a_level_that_is_only_wished_for_is_told_as_it_was_reached(
    world: World, city: RelyingParty
) -> None:  # Core §5.5.1.1
    alice = await world.visitor(city)
    asked = json.dumps({"id_token": {"acr": {"values": ["LoA1"]}}})
    tokens = await world.tokens(city, alice, claims=asked)
    assert (await city.verify(world.http, tokens["id_token"]))["acr"] == Acr.SUBSTANTIAL.value
