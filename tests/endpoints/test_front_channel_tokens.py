"""Tokens through the browser – OpenID Connect Core §3.2, §3.3; offered in the certification profile and nowhere else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from idp.audit.events import EventType
from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.facts import Profile
from idp.protocol.front_channel import IN_FRONT, token_hashes
from idp.settings import DeploymentProfile, Settings
from tests.driver import Page, RelyingParty
from tests.jwe_reader import Recipient
from tests.world import PERSONAL, Visitor, World, open_world

ALL = ("code", *IN_FRONT)
SETTINGS: dict[DeploymentProfile, dict[str, Any]] = {
    DeploymentProfile.DEVELOPMENT: {},
    DeploymentProfile.CERTIFICATION: {"issuer": "https://op.test"},
    DeploymentProfile.PRODUCTION: {"issuer": "https://op.test", "test_environment": False},
}
REGISTERED: dict[str, Any] = {
    **PERSONAL,
    "response_types": ALL,
    "grant_types": ("authorization_code", "refresh_token", "implicit"),
}


@pytest.fixture
async def front(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    profile = DeploymentProfile.CERTIFICATION
    async with open_world(template, tmp_path, profile=profile, **SETTINGS[profile]) as world:
        yield world


@pytest.fixture
async def rp(front: World) -> RelyingParty:
    return await front.client(**REGISTERED)


@pytest.fixture
async def alice(front: World, rp: RelyingParty) -> Visitor:
    return await front.visitor(rp)


def _in_fragment(page: Page) -> dict[str, str]:
    """Return what came behind the redirect_uri; nothing of it was seen by a server."""
    assert page.left_for is not None
    parts = urlsplit(page.left_for)
    assert parts.query == ""
    return dict(parse_qsl(parts.fragment, strict_parsing=True))


async def _asked(
    alice: Visitor, rp: RelyingParty, response_type: str, **changes: str | None
) -> dict[str, str]:
    return _in_fragment(await alice.browser.get(rp.authorize_url(response_type=response_type, **changes)))


@pytest.mark.parametrize("response_type", [*IN_FRONT, "id_token code", "token id_token"])
async def test_the_answer_holds_what_was_asked_for_and_no_more(
    front: World, rp: RelyingParty, alice: Visitor, response_type: str
) -> None:
    answer = await _asked(alice, rp, response_type)

    words = set(response_type.split(" "))
    expected = {"id_token", "state", "iss", "session_state"}
    expected |= {"code"} if "code" in words else set()
    expected |= {"access_token", "token_type", "expires_in"} if "token" in words else set()
    assert set(answer) == expected
    assert (answer["state"], answer["iss"]) == (rp.state, front.issuer)
    claims = await rp.verify(front.http, answer["id_token"])
    hashes = token_hashes(alg="ES256", code=answer.get("code"), access_token=answer.get("access_token"))
    assert {name: claims.get(name) for name in ("c_hash", "at_hash")} == {
        "c_hash": hashes.get("c_hash"),
        "at_hash": hashes.get("at_hash"),
    }
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (front.issuer, rp.client_id, rp.nonce)
    assert claims["sid"]


async def test_the_code_of_a_hybrid_answer_is_worth_the_same_and_names_the_same_person(
    front: World, rp: RelyingParty, alice: Visitor
) -> None:
    answer = await _asked(alice, rp, "code id_token")
    redeemed = await rp.redeem(front.http, answer["code"])

    assert redeemed.status_code == 200
    first = await rp.verify(front.http, answer["id_token"])
    second = await rp.verify(front.http, redeemed.json()["id_token"])
    for claim in ("iss", "sub", "aud", "sid", "auth_time", "acr", "nonce"):
        assert first[claim] == second[claim]
    assert "name" not in first


async def test_claims_of_scopes_are_in_the_id_token_where_there_is_no_userinfo_to_ask(
    front: World, rp: RelyingParty, alice: Visitor
) -> None:
    scope = "openid profile email address phone"

    alone = await rp.verify(front.http, (await _asked(alice, rp, "id_token", scope=scope))["id_token"])
    with_token = await rp.verify(
        front.http, (await _asked(alice, rp, "id_token token", scope=scope))["id_token"]
    )

    assert alone["name"] == alice.person.profile.full_name
    assert {"email", "address", "phone_number"} <= alone.keys()
    assert not {"name", "email", "address", "phone_number"} & with_token.keys()


async def test_a_scope_that_was_not_granted_gives_nothing(
    front: World, rp: RelyingParty, alice: Visitor
) -> None:
    answer = await _asked(alice, rp, "id_token", scope="openid")

    assert not {"name", "email"} & (await rp.verify(front.http, answer["id_token"])).keys()


async def test_an_id_token_is_encrypted_as_registered(front: World) -> None:  # Core §10.2
    who = Recipient.ec()
    rp = await front.client(**REGISTERED, jwks=who.jwks, id_token_encrypted_response_alg="ECDH-ES")
    answer = await _asked(await front.visitor(rp), rp, "code id_token")
    claims = await rp.verify(front.http, who.read(answer["id_token"]).content)
    assert claims["c_hash"] == token_hashes(alg="ES256", code=answer["code"], access_token=None)["c_hash"]


async def test_without_a_key_to_encrypt_to_the_client_is_told_and_gets_nothing(front: World) -> None:
    rp = await front.client(unchecked=True, **REGISTERED, id_token_encrypted_response_alg="ECDH-ES")
    answer = await _asked(await front.visitor(rp), rp, "id_token token")
    assert (answer["error"], answer["state"]) == ("invalid_request", rp.state)
    assert set(answer) == {"error", "error_description", "state", "iss"}


async def test_a_request_for_tokens_may_be_pushed(front: World, rp: RelyingParty, alice: Visitor) -> None:
    page = await alice.browser.get(await rp.pushed_url(front.http, response_type="code id_token"))
    assert {"code", "id_token"} <= set(_in_fragment(page))


async def test_single_claims_ride_along(front: World, rp: RelyingParty, alice: Visitor) -> None:
    claims = json.dumps({"id_token": {"name": {"essential": True}}})

    answer = await _asked(alice, rp, "id_token", scope="openid", claims=claims)

    assert (await rp.verify(front.http, answer["id_token"]))["name"] == alice.person.profile.full_name


async def test_the_access_token_lives_for_a_minute_and_is_for_userinfo(
    front: World, rp: RelyingParty, alice: Visitor
) -> None:
    answer = await _asked(alice, rp, "id_token token", scope="openid profile")
    token = answer["access_token"]

    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", "60")
    claims = await rp.verify(front.http, token)
    assert claims["aud"] == front.issuer
    assert (await front.userinfo(token)).json()["name"] == alice.person.profile.full_name
    front.time.move(seconds=59)
    assert (await front.userinfo(token)).status_code == 200
    front.time.move(seconds=2)
    assert (await front.userinfo(token)).status_code == 401


async def test_even_a_client_with_apis_gets_a_token_for_userinfo_alone(front: World) -> None:
    rp = await front.client("rp-api", audiences=("https://api.example",), **REGISTERED)
    alice = await front.visitor(rp, "bob")

    answer = await _asked(alice, rp, "id_token token", resource="https://api.example")

    assert (await rp.verify(front.http, answer["access_token"]))["aud"] == front.issuer


async def test_no_code_is_left_over_where_none_was_asked_for(
    front: World, rp: RelyingParty, alice: Visitor
) -> None:
    await _asked(alice, rp, "id_token")

    issued = (EventType.CODE_ISSUED, EventType.TOKENS_LEFT_IN_FRONT)
    assert await front.events(*issued) == [event.value for event in issued]


async def test_signing_out_ends_what_left_by_the_browser(
    front: World, rp: RelyingParty, alice: Visitor
) -> None:
    answer = await _asked(alice, rp, "id_token token")

    page = await alice.browser.get(f"/end_session?id_token_hint={answer['id_token']}")

    assert page.status == 200
    assert (await front.userinfo(answer["access_token"])).status_code == 401


@pytest.mark.parametrize("response_type", IN_FRONT)
async def test_it_may_be_posted_instead(rp: RelyingParty, alice: Visitor, response_type: str) -> None:
    page = await alice.browser.get(rp.authorize_url(response_type=response_type, response_mode="form_post"))

    address, fields = page.posted
    assert address == rp.redirect_uri
    assert "id_token" in fields


@pytest.mark.parametrize("response_type", IN_FRONT)
async def test_a_nonce_is_needed_and_its_error_comes_behind_the_address(
    rp: RelyingParty, alice: Visitor, response_type: str
) -> None:
    answer = await _asked(alice, rp, response_type, nonce=None)

    assert answer["error"] == "invalid_request"
    assert set(answer) == {"error", "error_description", "state", "iss"}


@pytest.mark.parametrize("mode", ["query", "fragment.jwt"])
async def test_tokens_are_never_put_into_the_query(rp: RelyingParty, alice: Visitor, mode: str) -> None:
    answer = await _asked(alice, rp, "id_token", response_mode=mode)

    assert answer["error"] == "invalid_request"


async def test_a_code_alone_does_not_travel_in_the_fragment(rp: RelyingParty, alice: Visitor) -> None:
    page = await alice.browser.get(rp.authorize_url(response_mode="fragment"))

    assert page.answer["error"] == "invalid_request"


async def test_a_silent_request_that_needs_a_page_is_told_behind_the_address(
    front: World, rp: RelyingParty
) -> None:
    page = await front.browser().get(rp.authorize_url(response_type="id_token", prompt="none"))

    assert _in_fragment(page)["error"] == "login_required"


@pytest.mark.parametrize("response_type", IN_FRONT)
async def test_only_a_client_that_registered_it_may_ask(front: World, response_type: str) -> None:
    others = tuple(known for known in ALL if known != response_type)
    rp = await front.client("rp-other", **{**REGISTERED, "response_types": others})
    alice = await front.visitor(rp, "bob")

    assert (await _asked(alice, rp, response_type))["error"] == "unauthorized_client"


async def test_a_client_that_registered_tokens_alone_may_not_ask_for_a_code(front: World) -> None:
    rp = await front.client(
        "rp-implicit", **{**REGISTERED, "response_types": ("id_token",), "grant_types": ("implicit",)}
    )
    alice = await front.visitor(rp, "bob")

    page = await alice.browser.get(rp.authorize_url())

    assert page.answer["error"] == "unauthorized_client"


@pytest.mark.parametrize(
    "response_type", ["token", "code token", "code id_token token", "none", "id_token id_token"]
)
async def test_other_response_types_are_offered_nowhere(
    rp: RelyingParty, alice: Visitor, response_type: str
) -> None:
    page = await alice.browser.get(rp.authorize_url(response_type=response_type))

    assert page.answer["error"] == "unsupported_response_type"


@pytest.mark.parametrize("profile", DeploymentProfile)
async def test_discovery_promises_them_in_certification_alone(
    template: Path, tmp_path: Path, profile: DeploymentProfile
) -> None:
    async with open_world(template, tmp_path, profile=profile, **SETTINGS[profile]) as world:
        document = (await world.http.get("/.well-known/openid-configuration")).json()

    is_offered = profile is DeploymentProfile.CERTIFICATION
    assert document["response_types_supported"] == ([*ALL] if is_offered else ["code"])
    assert ("fragment" in document["response_modes_supported"]) == is_offered
    assert ("implicit" in document["grant_types_supported"]) == is_offered


@pytest.mark.parametrize("profile", [DeploymentProfile.DEVELOPMENT, DeploymentProfile.PRODUCTION])
async def test_no_other_profile_registers_or_answers_them(
    template: Path, tmp_path: Path, profile: DeploymentProfile
) -> None:
    async with open_world(template, tmp_path, profile=profile, **SETTINGS[profile]) as world:
        with pytest.raises(InvalidClientMetadata, match="grant_types: one of authorization_code"):
            await world.client(**REGISTERED)
        rp = await world.client("rp-code", profile=Profile.OIDC)
        alice = await world.visitor(rp)
        for response_type in IN_FRONT:
            page = await alice.browser.get(rp.authorize_url(response_type=response_type))
            assert page.answer["error"] == "unsupported_response_type"


def test_no_setting_turns_them_on_elsewhere() -> None:
    assert not [name for name in Settings.model_fields if "response" in name or "front" in name]


@pytest.mark.parametrize("response_type", IN_FRONT)
async def test_whoever_is_locked_just_after_the_code_gets_no_token(
    front: World, rp: RelyingParty, alice: Visitor, response_type: str
) -> None:
    await front.when("INSERT ON codes", "UPDATE people SET status = 'locked'")
    answer = await _asked(alice, rp, response_type)
    assert answer["error"] == "login_required"
    assert not {"code", "id_token", "access_token"} & answer.keys()
    assert await front.events(EventType.TOKENS_LEFT_IN_FRONT) == []
