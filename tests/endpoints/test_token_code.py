"""The authorization_code grant at the token endpoint – RFC 6749 §4.1.3–4.1.4, §5; Core §3.1.3; RFC 7636 §4.6."""

from urllib.parse import urlencode

import pytest

from idp.audit.events import EventType
from idp.people.model import PersonStatus
from idp.protocol.facts import Profile
from tests.driver import RelyingParty
from tests.world import PERSONAL, Visitor, World

GOOD_VERIFIER = "v" * 43


async def test_the_answer_is_json_that_nobody_stores(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # RFC 6749 §5.1
    response = await rp.redeem(world.http, await alice.code(rp))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
    tokens = response.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 300
    assert tokens["scope"] == "openid profile"


async def test_tokens_that_open_personal_data_live_a_minute(world: World) -> None:  # DESIGN 5.4
    rp = await world.client("rp-p", **PERSONAL)
    alice = await world.visitor(rp)
    tokens = await world.tokens(rp, alice, scope="openid address")
    assert tokens["expires_in"] == 60
    claims = await rp.verify(world.http, tokens["access_token"])
    assert int(claims["exp"]) - int(claims["iat"]) == 60


async def test_the_id_token_says_who_when_and_how(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # Core §2
    tokens = await world.tokens(rp, alice)
    claims = await rp.verify(world.http, tokens["id_token"])
    now = int(world.time().timestamp())
    assert (claims["iss"], claims["aud"]) == (world.issuer, rp.client_id)
    assert (claims["iat"], claims["exp"], claims["auth_time"]) == (now, now + 300, now)
    assert claims["nonce"] == rp.nonce
    assert len(claims["sub"]) <= 255
    assert alice.person.person_id not in str(claims)
    assert "azp" not in claims


async def test_without_a_nonce_the_id_token_has_none(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # oidcc-ensure-request-without-nonce-succeeds
    tokens = await world.tokens(rp, alice, nonce=None)
    assert "nonce" not in await rp.verify(world.http, tokens["id_token"])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "AUTHORIZATION_CODE"}, "unsupported_grant_type"),
        ({"code": "hp_code_00" + "a" * 43}, "invalid_grant"),
        ({"code": "hp_rt_00" + "a" * 43}, "invalid_grant"),
        ({"code": "nonsense"}, "invalid_grant"),
        ({"code": "x" * 10_000}, "invalid_grant"),
        ({"code": "hp_code_00" + "é" * 43}, "invalid_grant"),
    ],
)
async def test_a_request_that_names_no_code_of_ours_is_refused_and_the_code_lives(
    world: World, rp: RelyingParty, alice: Visitor, changes: dict[str, str | None], error: str
) -> None:  # RFC 6749 §5.2
    code = await alice.code(rp)
    response = await rp.redeem(world.http, code, **changes)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert response.headers["cache-control"] == "no-store"
    assert (await rp.redeem(world.http, code)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": None},
        {"code_verifier": ""},
        {"code_verifier": GOOD_VERIFIER},
        {"code_verifier": "short"},
        {"code_verifier": "v" * 129},
        {"code_verifier": "é" * 43},
        {"redirect_uri": "https://rp-c.example/callback/"},
        {"redirect_uri": "https://RP-C.example/callback"},
        {"redirect_uri": "https://evil.example/callback"},
    ],
)
async def test_a_wrong_redemption_burns_the_code(
    world: World, rp: RelyingParty, alice: Visitor, changes: dict[str, str | None]
) -> None:  # RFC 7636 §4.6, RFC 9700 §2.1.1
    code = await alice.code(rp)
    before = await world.events()
    response = await rp.redeem(world.http, code, **changes)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert (await world.events())[len(before) :] == [EventType.CODE_REFUSED]
    response = await rp.redeem(world.http, code)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


async def test_failed_client_authentication_burns_nothing(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # DESIGN 4
    code = await alice.code(rp)
    stranger = RelyingParty(
        client_id=rp.client_id, redirect_uri=rp.redirect_uri, client_secret="wrong", verifier=rp.verifier
    )
    assert (await stranger.redeem(world.http, code)).status_code == 401
    assert (await rp.redeem(world.http, code)).status_code == 200


async def test_a_code_lives_sixty_seconds_and_no_longer(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # FAPI 2.0 §5.3.2.1
    code, other = await alice.code(rp), await alice.code(rp)
    world.time.move(seconds=59.999)
    assert (await rp.redeem(world.http, code)).status_code == 200
    world.time.move(seconds=0.001)
    response = await rp.redeem(world.http, other)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("seconds", [0, 10])
async def test_a_code_sent_again_at_once_by_the_same_client_is_refused_and_revokes_nothing(
    world: World, rp: RelyingParty, alice: Visitor, seconds: int
) -> None:  # oidcc-codereuse, DESIGN 5.6
    code = await alice.code(rp)
    tokens = (await rp.redeem(world.http, code)).json()
    world.time.move(seconds=seconds)
    response = await rp.redeem(world.http, code)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert response.headers["content-type"] == "application/json"
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("seconds", [10.001, 15, 30, 59])
async def test_a_code_redeemed_twice_ends_the_grant(
    world: World, rp: RelyingParty, alice: Visitor, seconds: float
) -> None:  # RFC 6749 §4.1.2, oidcc-codereuse-30seconds
    code = await alice.code(rp)
    tokens = (await rp.redeem(world.http, code)).json()
    before = await world.events()
    world.time.move(seconds=seconds)
    response = await rp.redeem(world.http, code)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert (await world.events())[len(before) :] == [EventType.CODE_REPLAYED]
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    response = await rp.refresh(world.http, tokens["refresh_token"])
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


async def test_a_replay_is_known_for_one_after_the_code_has_expired(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # SECURITY B01
    code = await alice.code(rp)
    tokens = (await rp.redeem(world.http, code)).json()
    world.time.move(minutes=4)
    await world.clean_up()
    assert (await rp.redeem(world.http, code)).json()["error"] == "invalid_grant"
    assert (await world.userinfo(tokens["access_token"])).status_code == 401


async def test_the_retry_window_is_for_the_same_verifier_only(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # DESIGN 5.6
    code = await alice.code(rp)
    tokens = (await rp.redeem(world.http, code)).json()
    assert (await rp.redeem(world.http, code, code_verifier=GOOD_VERIFIER)).status_code == 400
    assert (await world.userinfo(tokens["access_token"])).status_code == 401


async def test_no_verifier_may_come_where_no_challenge_was(world: World) -> None:  # RFC 9700 §2.1.1
    rp = await world.client("rp-o", profile=Profile.OIDC)
    alice = await world.visitor(rp)
    without: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
    assert (await rp.redeem(world.http, await alice.code(rp, **without))).status_code == 400
    response = await rp.redeem(world.http, await alice.code(rp, **without), code_verifier=None)
    assert response.status_code == 200


async def test_signing_out_before_the_redemption_leaves_no_tokens(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    code = await alice.code(rp, scope="openid offline_access")
    page = await alice.browser.get("/end_session")
    await alice.browser.press(page, "sign-out-here")
    assert (await rp.redeem(world.http, code)).json()["error"] == "invalid_grant"


async def test_a_person_locked_before_the_redemption_gets_no_tokens(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # SECURITY B10
    code = await alice.code(rp)
    await world.set_status(alice.person.person_id, PersonStatus.LOCKED)
    assert (await rp.redeem(world.http, code)).json()["error"] == "invalid_grant"


async def test_consent_withdrawn_before_the_redemption_gives_no_tokens(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # SECURITY B10
    code = await alice.code(rp)
    await world.withdraw(alice.person.person_id, rp)
    assert (await rp.redeem(world.http, code)).json()["error"] == "invalid_grant"


async def test_a_client_without_the_refresh_grant_gets_no_refresh_token(world: World) -> None:
    rp = await world.client("rp-once", grant_types=("authorization_code",))
    alice = await world.visitor(rp)
    tokens = await world.tokens(rp, alice)
    assert "refresh_token" not in tokens
    response = await rp.refresh(world.http, "hp_rt_00" + "a" * 43)
    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")


async def test_only_what_the_person_agreed_to_is_granted(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(rp.authorize_url(scope="openid profile email phone"))
    page = await browser.press(page, "allow", extra=[("scope", "email")])
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert tokens["scope"] == "email openid profile"
    assert "phone_number" not in (await world.userinfo(tokens["access_token"])).json()


async def test_parameters_in_the_address_are_refused(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # RFC 6749 §3.2
    code = await alice.code(rp)
    response = await world.http.post(f"/token?code={code}", data={"grant_type": "authorization_code"})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""]
)
async def test_a_body_that_is_no_form_is_refused(world: World, content_type: str) -> None:  # SECURITY H03
    response = await world.http.post("/token", content=b"{}", headers={"content-type": content_type})
    assert response.status_code == 415
    assert response.json()["error"] == "invalid_request"


async def test_offline_access_asks_for_nothing_where_no_refresh_token_can_come(world: World) -> None:
    """It is passed over (Core §11), so that what is granted ends with the session like anything else."""
    asks = frozenset({"openid", "offline_access"})
    rp = await world.client("rp-once", scopes=asks, grant_types=("authorization_code",))
    visitor = await world.visitor(rp)
    page = await visitor.browser.get(rp.authorize_url(scope="openid offline_access"))
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert (tokens["scope"], "refresh_token" in tokens) == ("openid", False)
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    query = urlencode({"id_token_hint": tokens["id_token"]})
    await visitor.browser.get(f"/end_session?{query}")
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
