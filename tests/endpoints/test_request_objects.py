"""Signed requests by value, at /authorize and pushed – OpenID Connect Core §6.1, RFC 9101, RFC 9126 §3."""

import json
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.edge.cookie_names import cookie_name
from idp.interactions.cookie import held_interaction
from idp.protocol.facts import Profile
from tests.driver import Page
from tests.keys.forge import ABSENT, ForgedKey, b64, keys, unsigned
from tests.request_objects import TYP, RequestSigner, request_signer
from tests.world import Visitor, World

OUTSIDE = {
    "state": "outside",
    "nonce": "outside",
    "scope": "openid email phone",
    "prompt": "login",
    "redirect_uri": "https://evil.example/",
    "response_type": "token",
    "response_mode": "form_post",
    "max_age": "x",
    "id_token_hint": "garbage",
}


@pytest.fixture
async def signer(world: World) -> RequestSigner:
    """A client of the city that signs its requests."""
    return await request_signer(world)


@pytest.fixture
async def alice(world: World, signer: RequestSigner) -> Visitor:
    return await world.visitor(signer.rp)


async def redeemed(world: World, signer: RequestSigner, page: Page) -> dict[str, Any]:
    """The claims of the ID token that the code is worth."""
    tokens = (await signer.rp.redeem(world.http, page.answer["code"])).json()
    assert tokens["scope"] == signer.rp.scope
    return await signer.rp.verify(world.http, tokens["id_token"])


async def test_a_signed_request_leads_to_a_code(world: World, signer: RequestSigner, alice: Visitor) -> None:
    page = await alice.browser.get(signer.url(signer.token(world.time())))

    assert (page.answer["state"], page.answer["iss"]) == (signer.rp.state, world.issuer)
    assert (await redeemed(world, signer, page))["nonce"] == signer.rp.nonce


@pytest.mark.parametrize("site", ["same-origin", "cross-site"])
async def test_it_may_come_by_post(
    world: World, signer: RequestSigner, alice: Visitor, site: str
) -> None:  # Core §3.1.2.1
    form = {"client_id": signer.rp.client_id, "request": signer.token(world.time())}
    page = await alice.browser.post("/authorize", form, **{"sec-fetch-site": site})

    assert (await redeemed(world, signer, page))["nonce"] == signer.rp.nonce


async def test_through_the_pages_the_values_go_along_and_never_the_token(
    world: World, signer: RequestSigner
) -> None:
    browser = world.browser()
    page = await browser.get(signer.url(signer.token(world.time(), ui_locales="en")))
    assert page.response.text.count('lang="en"') >= 1
    prefix = cookie_name(world.provider.settings, "i-")
    held = held_interaction(dict(browser.client.cookies), page.interaction, prefix, world.provider.vault)
    assert held is not None
    assert held.asked is not None
    assert held.asked.values == {**signer.rp.parameters(), "ui_locales": "en"}
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    page = await browser.press(page, "allow")
    assert (await redeemed(world, signer, page))["nonce"] == signer.rp.nonce


async def test_one_too_large_for_a_cookie_lies_in_a_row(world: World, signer: RequestSigner) -> None:
    browser = world.browser()
    page = await browser.get(signer.url(signer.token(world.time(), state="s" * 2048, nonce="n" * 1024)))
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    page = await browser.press(page, "allow")
    assert page.answer["state"] == "s" * 2048


async def test_what_stands_outside_counts_for_nothing(
    world: World, signer: RequestSigner, alice: Visitor
) -> None:  # RFC 9101 §6.3; PROTOCOL rule 39
    page = await alice.browser.get(signer.url(signer.token(world.time(), state=ABSENT), **OUTSIDE))

    assert page.left_for is not None
    assert page.left_for.startswith(signer.rp.redirect_uri)
    assert "state" not in page.answer
    assert (await redeemed(world, signer, page))["nonce"] == signer.rp.nonce


async def test_claims_may_be_json_inside(world: World, signer: RequestSigner, alice: Visitor) -> None:
    """Core §6.1."""
    wanted = {"userinfo": {"email": {"essential": True}}}
    token = signer.token(world.time(), claims=wanted, max_age=3600, scope="openid")
    page = await alice.browser.get(signer.url(token))
    tokens = (await signer.rp.redeem(world.http, page.answer["code"])).json()

    assert (await world.userinfo(tokens["access_token"])).json()["email"] == "alice@example.vn"


async def test_every_algorithm_that_discovery_promises_works(
    world: World, signer: RequestSigner, alice: Visitor
) -> None:
    discovered = (await world.http.get("/.well-known/openid-configuration")).json()
    promised = discovered["request_object_signing_alg_values_supported"]
    for profile in (Profile.CITY, Profile.OIDC):
        for alg in promised:
            key = keys()["p256" if alg == "ES256" else "rsa"]
            await world.change_client("rp-j", profile=profile, jwks=json.dumps({"keys": [key.jwk]}))
            message = unsigned({"alg": alg, "kid": key.kid, "typ": TYP}, signer.claims(world.time()))
            token = f"{message}.{b64(key.signature(message.encode(), alg))}"
            assert "code" in (await alice.browser.get(signer.url(token))).answer, (profile, alg)


async def test_a_public_client_may_sign_too(world: World) -> None:
    signer = await request_signer(world, secret=False)
    alice = await world.visitor(signer.rp)
    assert "code" in (await alice.browser.get(signer.url(signer.token(world.time())))).answer


@pytest.mark.parametrize(
    ("profile", "error"), [(Profile.OIDC, None), (Profile.CITY, "invalid_request_object")]
)
async def test_the_baseline_takes_one_without_end_and_the_city_does_not(
    world: World, profile: Profile, error: str | None
) -> None:  # PROTOCOL rule 24
    signer = await request_signer(world, profile=profile)
    alice = await world.visitor(signer.rp)
    token = signer.token(world.time(), exp=ABSENT, iat=ABSENT, nbf=ABSENT)
    page = await alice.browser.get(signer.url(token, redirect_uri=signer.rp.redirect_uri))
    assert page.answer.get("error") == error


UNTRUSTED: dict[str, Any] = {
    "signed by another": lambda signer, now: RequestSigner(signer.rp, keys()["ed"]).token(now),
    "unsigned": lambda signer, now: unsigned({"alg": "none"}, signer.claims(now)) + ".",
    "for another": lambda signer, now: signer.token(now, aud="https://other.example"),
    "no JWT": lambda _signer, _now: "x",
}


@pytest.mark.parametrize("why", UNTRUSTED)
async def test_until_it_is_trusted_errors_go_where_the_parameters_outside_say_if_that_is_registered(
    world: World, signer: RequestSigner, why: str
) -> None:  # Core §3.1.2.6, RFC 9700 §4.11.2
    token = UNTRUSTED[why](signer, world.time())
    outside = {"redirect_uri": signer.rp.redirect_uri, "state": "outside"}
    page = await world.browser().get(signer.url(token, **outside))
    assert page.answer["error"] == "invalid_request_object"
    assert (page.answer["state"], page.answer["iss"]) == ("outside", world.issuer)
    page = await world.browser().get(signer.url(token, **outside, response_mode="form_post"))
    assert page.posted[0] == signer.rp.redirect_uri
    for nowhere in ({}, {"redirect_uri": "https://evil.example/"}, {"redirect_uri": ""}):
        page = await world.browser().get(signer.url(token, **nowhere))
        assert (page.status, page.left_for) == (400, None)
        assert (page.case, page.error) == ("untrusted-client", "invalid_request_object")


async def test_once_it_is_trusted_errors_go_where_it_says(world: World, signer: RequestSigner) -> None:
    outside = {"redirect_uri": "https://evil.example/", "state": "outside"}
    token = signer.token(world.time(), scope="openid everything")
    page = await world.browser().get(signer.url(token, **outside))
    assert page.answer == {
        "error": "invalid_scope",
        "error_description": page.answer["error_description"],
        "state": signer.rp.state,
        "iss": world.issuer,
    }
    for inside in ("https://evil.example/", ABSENT):
        token = signer.token(world.time(), redirect_uri=inside)
        page = await world.browser().get(signer.url(token, redirect_uri=signer.rp.redirect_uri))
        assert (page.status, page.left_for, page.error) == (400, None, "invalid_request")


async def test_two_resources_are_refused_as_ever(world: World, signer: RequestSigner) -> None:  # RFC 8707 §2
    token = signer.token(world.time(), resource=["https://a.example/", "https://b.example/"])
    assert (await world.browser().get(signer.url(token))).answer["error"] == "invalid_target"


async def test_a_hint_inside_counts(world: World, signer: RequestSigner, alice: Visitor) -> None:
    hint = (await world.tokens(signer.rp, alice))["id_token"]
    url = signer.url(signer.token(world.time(), prompt="none", id_token_hint=hint))
    assert "code" in (await alice.browser.get(url)).answer
    bob = await world.visitor(signer.rp, "bob")
    assert (await bob.browser.get(url)).answer["error"] == "login_required"


async def test_a_client_without_keys_signs_nothing(world: World) -> None:
    signer = RequestSigner(await world.client("rp-j"))
    page = await world.browser().get(signer.url(signer.token(world.time())))
    assert (page.status, page.error) == (400, "invalid_request_object")


async def test_a_signed_request_is_pushed(world: World, signer: RequestSigner, alice: Visitor) -> None:
    """RFC 9126 §3: what stands beside it in the form counts for nothing."""
    response = await signer.push(world.http, signer.token(world.time()), **OUTSIDE)
    assert response.status_code == 201, response.text
    page = await alice.browser.get(signer.rp.load_url(response.json()["request_uri"]))
    assert (await redeemed(world, signer, page))["nonce"] == signer.rp.nonce


PUSHED_WRONG: list[tuple[dict[str, Any], str]] = [
    ({"aud": "https://other.example"}, "invalid_request_object"),
    ({"client_id": "rp-d"}, "invalid_request_object"),
    ({"exp": ABSENT}, "invalid_request_object"),
    ({"exp": -300}, "invalid_request_object"),
    ({"scope": ["openid"]}, "invalid_request_object"),
    ({"request_uri": "https://portal.example/"}, "invalid_request_object"),
    ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
    ({"redirect_uri": ABSENT}, "invalid_request"),
    ({"scope": "openid everything"}, "invalid_scope"),
    ({"code_challenge": ABSENT, "code_challenge_method": ABSENT}, "invalid_request"),
    ({"state": "s" * 2049}, "invalid_request"),
    ({"resource": ["https://a.example/", "https://b.example/"]}, "invalid_target"),
    ({"registration": {}}, "registration_not_supported"),
]


@pytest.mark.parametrize(("changes", "error"), PUSHED_WRONG, ids=str)
async def test_a_pushed_one_is_checked_as_at_the_authorization_endpoint(
    world: World, signer: RequestSigner, changes: dict[str, Any], error: str
) -> None:  # RFC 9126 §3
    response = await signer.push(world.http, signer.token(world.time(), **changes), **signer.rp.parameters())
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert response.headers["cache-control"] == "no-store"
    assert await world.events(EventType.REQUEST_PUSHED) == []


async def test_neither_a_foreign_one_nor_a_name_is_pushed(world: World, signer: RequestSigner) -> None:
    foreign = RequestSigner(signer.rp, ForgedKey(keys()["rsa"].private, "RS256", "p256"))
    response = await signer.push(world.http, foreign.token(world.time()))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request_object")
    response = await signer.push(world.http, signer.token(world.time()), request_uri="https://rp-j.example/r")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


async def test_who_must_sign_is_told_so(world: World, signer: RequestSigner, alice: Visitor) -> None:
    """RFC 9101 §10.5."""
    unsigned_before = await signer.rp.pushed_url(world.http)
    await world.change_client("rp-j", require_signed_request_object=True)
    for url in (signer.rp.authorize_url(), unsigned_before):
        page = await alice.browser.get(url)
        assert (page.answer["error"], page.answer["state"]) == ("invalid_request", signer.rp.state)
        assert "sign" in page.answer["error_description"]
    pushed = await signer.rp.push(world.http)
    assert (pushed.status_code, pushed.json()["error"]) == (400, "invalid_request")
    assert "code" in (await alice.browser.get(signer.url(signer.token(world.time())))).answer
    pushed = await signer.push(world.http, signer.token(world.time()))
    assert "code" in (await alice.browser.get(signer.rp.load_url(pushed.json()["request_uri"]))).answer


async def test_a_signature_does_not_spare_the_push(world: World, signer: RequestSigner) -> None:
    """RFC 9126 §4: another thing altogether."""
    await world.change_client("rp-j", require_pushed_authorization_requests=True)
    page = await world.browser().get(signer.url(signer.token(world.time())))
    assert page.answer["error"] == "invalid_request"
    assert "push" in page.answer["error_description"]
