"""When somebody has to sign in again, and what a silent request is told – Core §3.1.2.1, §3.1.2.3, §3.1.2.6."""

from typing import Any
from urllib.parse import urlencode

import pytest

from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin, Profile
from tests.driver import RelyingParty
from tests.world import Visitor, World


async def _id_token(world: World, rp: RelyingParty, code: str) -> dict[str, object]:
    response = await rp.redeem(world.http, code)
    assert response.status_code == 200, response.text
    return await rp.verify(world.http, response.json()["id_token"])


async def _sign_in_again(world: World, visitor: Visitor) -> None:
    await world.signed_in(visitor.browser, visitor.person.person_id)


async def test_a_second_request_is_silent_and_states_the_same_sign_in(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §3.1.2.3
    first = await _id_token(world, rp, await alice.code(rp, max_age="15000"))
    world.time.move(minutes=20)
    second = await _id_token(world, rp, await alice.code(rp, max_age="10000"))
    assert first["auth_time"] == second["auth_time"] == int(world.time().timestamp()) - 1200
    assert first["sub"] == second["sub"]
    assert first["sid"] == second["sid"]


async def test_max_age_asks_again_once_the_sign_in_is_older(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §3.1.2.1
    first = await _id_token(world, rp, await alice.code(rp))
    world.time.move(seconds=2)
    page = await alice.browser.get(rp.authorize_url(max_age="1"))
    assert "page-sign-in" in page.ids
    await _sign_in_again(world, alice)
    page = await alice.browser.get(f"/authorize/resume?i={page.interaction}")
    second = await _id_token(world, rp, page.answer["code"])
    assert int(str(second["auth_time"])) == int(str(first["auth_time"])) + 2


async def test_max_age_at_its_very_limit_is_still_silent(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    world.time.move(seconds=60)
    assert await alice.code(rp, max_age="60")
    world.time.move(microseconds=1)
    page = await alice.browser.get(rp.authorize_url(max_age="60", prompt="none"))
    assert page.answer["error"] == "login_required"


async def test_max_age_zero_always_asks(world: World, rp: RelyingParty, alice: Visitor) -> None:
    world.time.move(seconds=1)
    assert "page-sign-in" in (await alice.browser.get(rp.authorize_url(max_age="0"))).ids


async def test_a_client_s_default_max_age_counts_where_the_request_has_none(world: World) -> None:
    rp = await world.client("rp-m", default_max_age=60)
    visitor = await world.visitor(rp)
    world.time.move(seconds=61)
    assert "page-sign-in" in (await visitor.browser.get(rp.authorize_url())).ids
    assert "code" in (await visitor.browser.get(rp.authorize_url(max_age="61"))).answer


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent", "create"])
async def test_prompt_login_and_select_account_ask_whoever_is_signed_in(
    world: World, rp: RelyingParty, alice: Visitor, prompt: str
) -> None:  # §3.1.2.1
    world.time.move(seconds=1)
    page = await alice.browser.get(rp.authorize_url(prompt=prompt))
    assert "page-sign-in" in page.ids


async def test_prompt_login_gives_a_later_auth_time_after_a_new_sign_in(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    first = await _id_token(world, rp, await alice.code(rp))
    world.time.move(seconds=5)
    page = await alice.browser.get(rp.authorize_url(prompt="login"))
    again = await alice.browser.get(f"/authorize/resume?i={page.interaction}")
    assert "page-sign-in" in again.ids, "coming back without having signed in must not pass"
    await _sign_in_again(world, alice)
    page = await alice.browser.get(f"/authorize/resume?i={page.interaction}")
    second = await _id_token(world, rp, page.answer["code"])
    assert second["auth_time"] == int(str(first["auth_time"])) + 5
    assert second["sub"] == first["sub"]


async def test_prompt_consent_asks_again_though_all_is_settled(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    world.time.move(seconds=1)
    page = await alice.browser.get(rp.authorize_url(prompt="consent", scope="openid profile"))
    assert "page-consent" in page.ids
    page = await alice.browser.press(page, "allow")
    assert "code" in page.answer


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"prompt": "none", "max_age": "0"}, "login_required"),
        ({"prompt": "none", "acr_values": Acr.HIGH.value}, "login_required"),
        ({"prompt": "none", "acr_values": "LoA3"}, "login_required"),
    ],
)
async def test_a_silent_request_that_the_session_does_not_satisfy_is_told_so(
    world: World, rp: RelyingParty, alice: Visitor, changes: dict[str, str], error: str
) -> None:  # §3.1.2.6
    world.time.move(seconds=1)
    page = await alice.browser.get(rp.authorize_url(**changes))
    assert page.answer["error"] == error
    assert page.answer["state"] == rp.state
    assert page.answer["iss"] == world.issuer


ESSENTIAL_HIGH = '{"id_token":{"acr":{"essential":true,"values":["LoA3"]}}}'


@pytest.mark.parametrize(
    ("session", "changes"),
    [
        (None, {}),
        ({}, {"max_age": "0"}),
        ({}, {"acr_values": "LoA3"}),
        ({}, {"claims": ESSENTIAL_HIGH}),
        ({"acr": Acr.LOW}, {"acr_values": "LoA2"}),
        ({"idp": "haiphong"}, {"client_id": "rp-never", "redirect_uri": "https://rp-never.example/callback"}),
        ({}, {"claims": '{"id_token":{"sub":{"value":"somebody else"}}}'}),
        ({}, {"client_id": "rp-new", "redirect_uri": "https://rp-new.example/callback"}),
        ({"locked": True}, {}),
        ({"idle": True}, {}),
    ],
    ids=["nobody", "age", "level", "essential", "low", "credentials", "sub", "new service", "locked", "idle"],
)
@pytest.mark.parametrize("sent", ["get", "post", "post from elsewhere"])
async def test_whatever_a_silent_request_lacks_it_is_told_by_a_code_of_its_own_and_shown_no_page(
    world: World, rp: RelyingParty, session: dict[str, Any] | None, changes: dict[str, str], sent: str
) -> None:  # §3.1.2.6
    for client_id in ("rp-never", "rp-new"):
        await world.client(client_id, local_login=LocalLogin.NEVER)
    person, browser = await world.person(), world.browser()
    await world.agree(person.person_id, rp)
    if session is not None:
        held = {name: value for name, value in session.items() if name in {"acr", "idp"}}
        await world.signed_in(browser, person.person_id, **held)
        world.time.move(seconds=0 if "claims" in changes else 1)
    if session and session.get("locked"):
        await world.set_status(person.person_id, PersonStatus.LOCKED)
    if session and session.get("idle"):
        world.time.move(minutes=31)
    parameters = rp.parameters(prompt="none", **changes)
    if sent == "get":
        page = await browser.get(f"/authorize?{urlencode(parameters)}")
    else:
        site = "cross-site" if sent == "post from elsewhere" else "same-origin"
        page = await browser.post("/authorize", parameters, **{"sec-fetch-site": site})
    expected = "consent_required" if changes.get("client_id") == "rp-new" else "login_required"
    assert page.left_for is not None, "a page was shown"
    assert page.left_for.startswith(parameters["redirect_uri"] + "?")
    assert page.answer["error"] == expected


async def test_a_silent_request_of_a_service_the_person_does_not_know_is_consent_required(
    world: World, alice: Visitor
) -> None:  # §3.1.2.6
    other = await world.client("rp-new")
    page = await alice.browser.get(other.authorize_url(prompt="none"))
    assert page.answer["error"] == "consent_required"


async def test_a_silent_request_sets_no_interaction_cookie(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    response = await browser.client.get(rp.authorize_url(prompt="none"))
    assert response.status_code == 303
    assert "set-cookie" not in response.headers


async def test_a_session_below_the_level_asked_for_steps_up(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # RFC 9470 §4
    await world.signed_in(alice.browser, alice.person.person_id, acr=Acr.LOW)
    world.time.move(seconds=1)
    assert "code" in (await alice.browser.get(rp.authorize_url())).answer
    page = await alice.browser.get(rp.authorize_url(acr_values="urn:haiphong:acr:substantial"))
    assert "page-step-up" in page.ids
    await world.signed_in(alice.browser, alice.person.person_id, acr=Acr.SUBSTANTIAL)
    page = await alice.browser.get(f"/authorize/resume?i={page.interaction}")
    assert (await _id_token(world, rp, page.answer["code"]))["acr"] == Acr.SUBSTANTIAL


async def test_the_acr_of_the_id_token_is_what_was_proved_and_one_of_those_asked(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §2 acr
    asked = f"{Acr.LOW.value} {Acr.SUBSTANTIAL.value}"
    claims = await _id_token(world, rp, await alice.code(rp, acr_values=asked))
    assert claims["acr"] in asked.split()
    assert claims["acr"] == Acr.SUBSTANTIAL
    assert claims["amr"] == ["pwd", "otp"]


async def test_a_city_client_that_names_no_level_asks_for_substantial(world: World) -> None:
    rp = await world.client("rp-s", default_acr=None)
    visitor = await world.visitor(rp)
    await world.signed_in(visitor.browser, visitor.person.person_id, acr=Acr.LOW)
    world.time.move(seconds=1)
    page = await visitor.browser.get(rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"


async def test_an_acr_that_can_t_be_reached_is_told_when_the_person_gives_up(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # Unmet Authentication Requirements 1.0
    essential = '{"id_token":{"acr":{"essential":true,"values":["urn:haiphong:acr:high"]}}}'
    world.time.move(seconds=1)
    page = await alice.browser.get(rp.authorize_url(claims=essential))
    await _sign_in_again(world, alice)  # as good as it gets: substantial
    page = await alice.browser.get(f"/authorize/resume?i={page.interaction}")
    assert "error" in page.ids
    page = await alice.browser.press(page, "cancel")
    assert page.answer["error"] == "unmet_authentication_requirements"


async def test_acr_values_are_a_wish_only_in_the_oidc_profile(world: World) -> None:  # §3.1.2.1
    rp = await world.client("rp-o", profile=Profile.OIDC)
    visitor = await world.visitor(rp)
    page = await visitor.browser.get(rp.authorize_url(acr_values=Acr.HIGH.value))
    assert "code" in page.answer, "a fresh sign-in below the wish is good enough"


async def test_a_session_of_city_credentials_does_not_open_a_service_that_never_takes_them(
    world: World, alice: Visitor
) -> None:  # DESIGN 5.16
    strict = await world.client("rp-n", local_login=LocalLogin.NEVER)
    await world.agree(alice.person.person_id, strict)
    await world.signed_in(alice.browser, alice.person.person_id, idp="haiphong")
    page = await alice.browser.get(strict.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"


async def test_a_locked_person_s_session_is_dead_at_once(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # SECURITY B10
    await world.set_status(alice.person.person_id, PersonStatus.LOCKED)
    page = await alice.browser.get(rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"


@pytest.mark.parametrize(
    ("acr", "idle", "absolute"),
    [
        (Acr.HIGH, 30 * 60, 12 * 3600),
        (Acr.SUBSTANTIAL, 30 * 60, 12 * 3600),
        (Acr.LOW, 30 * 86400, 30 * 86400),
    ],
)
async def test_a_session_ends_when_it_is_idle_too_long_and_at_its_absolute_limit(
    world: World, rp: RelyingParty, alice: Visitor, acr: Acr, idle: int, absolute: int
) -> None:  # DESIGN 5.4
    silent = rp.authorize_url(prompt="none")
    await world.signed_in(alice.browser, alice.person.person_id, acr=acr)
    world.time.move(seconds=idle - 1)
    assert "code" in (await alice.browser.get(silent)).answer
    if idle < absolute:
        world.time.move(seconds=idle)
        assert (await alice.browser.get(silent)).answer["error"] == "login_required"
        await world.signed_in(alice.browser, alice.person.person_id, acr=acr)
        for _ in range(absolute // (idle - 1)):
            world.time.move(seconds=idle - 1)
            assert "code" in (await alice.browser.get(silent)).answer
        world.time.move(seconds=idle - 1)
    else:
        world.time.move(seconds=1)
    assert (await alice.browser.get(silent)).answer["error"] == "login_required"
