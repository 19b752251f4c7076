"""Pushed authorization requests – RFC 9126; PROTOCOL rules 31, 33, 38 and 39."""

import re
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.limits.model import Limit
from idp.limits.service import whose
from idp.protocol.facts import Profile
from tests.driver import RelyingParty
from tests.world import Visitor, World


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    """A client of the city with a scope that opens personal data: it must push."""
    return await world.client(scopes=frozenset({"openid", "profile", "email", "vn.id_number"}))


async def test_a_pushed_request_is_named_and_loaded(world: World, rp: RelyingParty, alice: Visitor) -> None:
    response = await rp.push(world.http)
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json().keys() == {"request_uri", "expires_in"}
    assert response.json()["expires_in"] == 90
    name = response.json()["request_uri"]
    assert re.fullmatch(r"urn:ietf:params:oauth:request_uri:hp_par_00[A-Za-z0-9_-]{43}", name)
    page = await alice.browser.get(rp.load_url(name))  # client_id and request_uri, nothing else
    assert (page.answer["state"], page.answer["iss"]) == (rp.state, world.issuer)
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert (await rp.verify(world.http, tokens["id_token"]))["nonce"] == rp.nonce
    assert await world.events(EventType.REQUEST_PUSHED, EventType.CODE_ISSUED) == [
        EventType.REQUEST_PUSHED,
        EventType.CODE_ISSUED,
    ]


async def test_through_the_pages_too(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    page = await browser.get(await rp.pushed_url(world.http, ui_locales="en", response_mode="form_post"))
    assert page.response.text.count('lang="en"') >= 1
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    page = await browser.press(page, "allow")
    assert (await rp.redeem(world.http, page.posted[1]["code"])).status_code == 200


async def test_what_stands_beside_it_in_the_address_counts_for_nothing(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §4; PROTOCOL rule 39
    name = (await rp.push(world.http, state=None)).json()["request_uri"]
    beside = {
        "state": "outside",
        "nonce": "outside",
        "scope": "everything",
        "prompt": "login",
        "redirect_uri": "https://evil.example/",
        "response_type": "token",
        "response_mode": "form_post",
    }
    page = await alice.browser.get(rp.load_url(name, **beside))
    assert page.left_for is not None
    assert page.left_for.startswith(rp.redirect_uri)
    assert "state" not in page.answer
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert (await rp.verify(world.http, tokens["id_token"]))["nonce"] == rp.nonce


async def test_it_may_be_loaded_again_until_it_has_led_to_a_code(
    world: World, rp: RelyingParty
) -> None:  # PROTOCOL rule 33
    url = await rp.pushed_url(world.http)
    first, second = world.browser(), world.browser()
    assert "page-sign-in" in (await first.get(url)).ids
    world.time.move(minutes=5)
    assert "page-sign-in" in (await first.get(url)).ids
    await world.signed_in(second, (await world.person()).person_id)
    page = await second.press(await second.get(url), "allow")
    assert "code" in page.answer
    again = await second.get(url)
    assert (again.status, again.case, again.error) == (400, "expired", "invalid_request_uri")
    page = await first.get(url)
    assert (page.status, page.error, page.left_for) == (400, "invalid_request_uri", None)


async def test_a_second_interaction_of_one_request_gets_no_code(world: World, rp: RelyingParty) -> None:
    url = await rp.pushed_url(world.http)
    browser = world.browser()
    await world.signed_in(browser, (await world.person()).person_id)
    first, second = await browser.get(url), await browser.get(url)
    assert "code" in (await browser.press(first, "allow")).answer
    late = await browser.get(f"/authorize/resume?i={second.interaction}")
    assert (late.status, late.case, late.left_for) == (409, "two-tabs", None)
    assert await world.events(EventType.CODE_ISSUED) == [EventType.CODE_ISSUED]


async def test_whoever_says_no_has_used_it_up(world: World, rp: RelyingParty) -> None:
    url = await rp.pushed_url(world.http)
    browser = world.browser()
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.press(await browser.get(url), "deny")
    assert page.answer["error"] == "access_denied"
    assert (await browser.get(url)).error == "invalid_request_uri"


async def test_unused_it_expires_when_it_was_said_to(world: World, rp: RelyingParty) -> None:
    early, late = await rp.pushed_url(world.http), await rp.pushed_url(world.http)
    world.time.move(seconds=89)
    assert "page-sign-in" in (await world.browser().get(early)).ids
    world.time.move(seconds=1)
    page = await world.browser().get(late)
    assert (page.status, page.case, page.error) == (400, "expired", "invalid_request_uri")


async def test_an_interaction_begun_by_a_second_load_ends_with_the_request(
    world: World, rp: RelyingParty
) -> None:
    url = await rp.pushed_url(world.http)
    browser = world.browser()
    await world.signed_in(browser, (await world.person()).person_id)
    await browser.get(url)
    world.time.move(minutes=29)
    page = await browser.get(url)
    world.time.move(minutes=2)
    page = await browser.press(page, "allow")
    assert page.left_for is None
    assert await world.events(EventType.CODE_ISSUED) == []


async def test_another_client_s_request_is_nobody_s(world: World, rp: RelyingParty, alice: Visitor) -> None:
    other = await world.client("rp-d")
    name = (await rp.push(world.http)).json()["request_uri"]
    page = await alice.browser.get(other.load_url(name))
    assert (page.status, page.error, page.left_for) == (400, "invalid_request_uri", None)
    assert "code" in (await alice.browser.get(rp.load_url(name))).answer, "and it lives on for its own"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "nothing"}, "invalid_scope"),
        ({"resource": "https://elsewhere.example/"}, "invalid_target"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),  # PROTOCOL rule 38
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"id_token_hint": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),  # §2.1
        ({"client_id": "rp-d"}, None),
        ({"state": "s" * 2049}, "invalid_request"),
    ],
    ids=lambda case: str(case)[:50],
)
async def test_it_is_checked_as_at_the_authorization_endpoint(
    world: World, rp: RelyingParty, changes: dict[str, str | None], error: str | None
) -> None:  # §2.1, §2.3
    await world.client("rp-d")
    response = await rp.push(world.http, **changes)
    assert response.status_code == (401 if error is None else 400)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["error"] == (error or "invalid_client")
    assert "location" not in response.headers
    assert await world.events(EventType.REQUEST_PUSHED) == []


async def test_the_client_authenticates_as_at_the_token_endpoint(world: World, rp: RelyingParty) -> None:
    parameters = rp.parameters()
    nobody = await world.http.post("/par", data=parameters)
    assert (nobody.status_code, nobody.json()["error"]) == (401, "invalid_client")
    wrong = await world.http.post("/par", data=parameters, auth=(rp.client_id, "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic ")
    other = await world.client("rp-post", token_endpoint_auth_method="client_secret_post")
    body = {**other.parameters(), "client_secret": str(other.client_secret)}
    assert (await world.http.post("/par", data=body)).status_code == 201


async def test_a_disabled_client_pushes_and_loads_nothing(world: World, rp: RelyingParty) -> None:
    url = await rp.pushed_url(world.http)
    await world.change_client("rp-c", enabled=False)
    assert (await rp.push(world.http)).status_code == 401
    page = await world.browser().get(url)
    assert (page.status, page.error) == (400, "unauthorized_client")


async def test_what_was_pushed_is_checked_again_against_the_client_as_it_is_now(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    url = await rp.pushed_url(world.http)
    await world.change_client("rp-c", redirect_uris=("https://rp-c.example/new",))
    page = await alice.browser.get(url)
    assert (page.status, page.left_for) == (400, None)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_only_post_pushes(world: World, rp: RelyingParty, method: str) -> None:  # PROTOCOL rule 38
    response = await world.http.request(method, "/par", params=rp.parameters())
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


async def test_the_parameters_belong_in_a_form(world: World, rp: RelyingParty) -> None:
    auth = (rp.client_id, str(rp.client_secret))
    in_the_query = await world.http.post("/par?scope=openid", data=rp.parameters(), auth=auth)
    assert (in_the_query.status_code, in_the_query.json()["error"]) == (400, "invalid_request")
    as_json = await world.http.post("/par", json=rp.parameters(), auth=auth)
    assert as_json.status_code == 415


@pytest.mark.parametrize(
    ("changes", "must"),
    [
        ({}, True),
        ({"scopes": frozenset({"openid", "profile"})}, False),
        ({"profile": Profile.OIDC}, False),
        ({"profile": Profile.OIDC, "require_pushed_authorization_requests": True}, True),
    ],
    ids=["personal scope", "no personal scope", "baseline", "registered so"],
)
async def test_who_must_push_is_told_so_at_its_redirect_uri(
    world: World, rp: RelyingParty, changes: dict[str, Any], must: bool
) -> None:  # §4
    await world.change_client("rp-c", **changes)
    page = await world.browser().get(rp.authorize_url())
    if must:
        assert page.answer["error"] == "invalid_request"
        assert "push" in page.answer["error_description"]
    else:
        assert "page-sign-in" in page.ids
    assert "page-sign-in" in (await world.browser().get(await rp.pushed_url(world.http))).ids


async def test_a_hint_is_verified_when_it_is_pushed_and_counts_when_it_is_loaded(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # Core §3.1.2.1
    code = (await alice.browser.get(await rp.pushed_url(world.http))).answer["code"]
    hint = (await rp.redeem(world.http, code)).json()["id_token"]
    url = await rp.pushed_url(world.http, prompt="none", id_token_hint=hint)
    assert "code" in (await alice.browser.get(url)).answer
    bob = await world.visitor(rp, "bob")
    url = await rp.pushed_url(world.http, prompt="none", id_token_hint=hint)
    assert (await bob.browser.get(url)).answer["error"] == "login_required"


async def test_a_request_too_large_for_a_cookie_stays_in_its_row(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    page = await browser.get(await rp.pushed_url(world.http, state="s" * 2048, nonce="n" * 1024))
    assert "page-sign-in" in page.ids
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    page = await browser.press(page, "allow")
    assert page.answer["state"] == "s" * 2048
    assert (await rp.redeem(world.http, page.answer["code"])).status_code == 200


async def test_a_public_client_pushes_without_a_proof_and_is_counted(world: World) -> None:
    rp = await world.client("rp-app", secret=False)
    assert (await rp.push(world.http)).status_code == 201
    assert await world.events(EventType.REQUEST_PUSHED) == []
    await world.use_up(Limit.PUSHED_REQUESTS, whose("rp-app", "127.0.0.1"))
    refused = await rp.push(world.http)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/json"
    world.time.move(minutes=1)
    assert (await rp.push(world.http)).status_code == 201


async def test_what_is_over_is_erased(world: World, rp: RelyingParty) -> None:
    await rp.push(world.http)
    world.time.move(seconds=91)
    assert await world.clean_up() == 1


async def test_who_proved_itself_in_the_header_need_not_repeat_its_name(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §2.1: the server knows the client from its authentication
    response = await rp.push(world.http, client_id=None)
    assert response.status_code == 201
    url = rp.load_url(response.json()["request_uri"])
    assert "page-sign-in" in (await world.browser().get(url)).ids
    assert "code" in (await alice.browser.get(url)).answer
