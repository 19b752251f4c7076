"""Introspection from outside – RFC 7662, RFC 9701; DESIGN 5.5 bound A, SECURITY B10, B14."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.people.model import PersonStatus
from tests.driver import RelyingParty, b64decode_json
from tests.world import Visitor, World

API = "https://docs.example/api"
OFFLINE = "openid profile offline_access"
INACTIVE = {"active": False}
SIGNED = {"accept": "application/token-introspection+jwt"}


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client(audiences=(API,))


@pytest.fixture
async def api(world: World) -> RelyingParty:
    return await world.client("the-api", protected_resources=(API,))


async def ask(world: World, who: RelyingParty, token: str, **form: str) -> dict[str, Any]:
    response = await who.post(world.http, "/introspect", token=token, **form)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    return dict(response.json())


async def at_the_api(world: World, rp: RelyingParty, alice: Visitor) -> dict[str, Any]:
    return await world.tokens(rp, alice, resource=API, scope=OFFLINE)


async def test_the_api_of_an_audience_learns_what_the_token_says(
    world: World, rp: RelyingParty, api: RelyingParty, alice: Visitor
) -> None:
    token = (await at_the_api(world, rp, alice))["access_token"]
    claims = await rp.verify(world.http, token)
    answer = await ask(world, api, token)
    same = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "acr", "auth_time")
    assert answer == {
        "active": True,
        "token_type": "Bearer",
        "scope": claims["scope"],
        **{name: claims[name] for name in same},
    }
    assert answer["sub"] != (await rp.verify(world.http, (await world.tokens(rp, alice))["id_token"]))["sub"]
    assert "username" not in answer


async def test_an_api_that_is_registered_for_no_grant_asks_and_gets_no_tokens(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # RFC 7662 §4: the least a resource server needs
    idle: dict[str, Any] = {
        "grant_types": (),
        "response_types": (),
        "redirect_uris": (),
        "scopes": frozenset(),
    }
    asker = await world.client("asks-alone", protected_resources=(API,), **idle)
    assert (await ask(world, asker, (await at_the_api(world, rp, alice))["access_token"]))["active"]
    for form in ({"grant_type": "client_credentials", "resource": API}, {"grant_type": "refresh_token"}):
        refused = await asker.post(world.http, "/token", **form)
        assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
    page = await alice.browser.get(asker.authorize_url())
    assert page.status == 400, "there is no address to be sent back to"


async def test_a_client_may_ask_about_its_own_tokens_of_either_kind_whatever_the_hint(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    for hint in ({}, *({"token_type_hint": kind} for kind in ("access_token", "refresh_token", "other", ""))):
        assert (await ask(world, rp, tokens["access_token"], **hint))["aud"] == world.issuer
        answer = await ask(world, rp, tokens["refresh_token"], **hint)
        assert answer["active"] is True
        assert answer["scope"] == "offline_access openid profile"
        assert "jti" not in answer


async def test_nobody_else_learns_even_that_a_token_exists(
    world: World, rp: RelyingParty, api: RelyingParty, alice: Visitor
) -> None:
    other = await world.client("other", audiences=(API,))
    mine, there = await world.tokens(rp, alice, scope=OFFLINE), await at_the_api(world, rp, alice)
    for token in (mine["access_token"], mine["refresh_token"], there["access_token"]):
        assert await ask(world, other, token) == INACTIVE
    for token in (mine["access_token"], mine["refresh_token"], there["refresh_token"]):
        assert await ask(world, api, token) == INACTIVE


@pytest.mark.parametrize("kind", ["id_token", "junk", "empty parts", "handle", "signed answer"])
async def test_what_is_no_token_of_that_kind_is_not_active(
    world: World, rp: RelyingParty, alice: Visitor, kind: str
) -> None:  # SECURITY B14
    tokens = await world.tokens(rp, alice)
    signed = await rp.post(world.http, "/introspect", SIGNED, token=tokens["access_token"])
    token = {
        "id_token": tokens["id_token"],
        "junk": "junk",
        "empty parts": "..",
        "handle": tokens["refresh_token"][:-1] + "x",
        "signed answer": signed.text,
    }[kind]
    assert await ask(world, rp, token) == INACTIVE


async def lock(world: World, _rp: RelyingParty, alice: Visitor) -> None:
    await world.set_status(alice.person.person_id, PersonStatus.LOCKED)


async def withdraw(world: World, rp: RelyingParty, alice: Visitor) -> None:
    await world.withdraw(alice.person.person_id, rp)


async def disable(world: World, rp: RelyingParty, _alice: Visitor) -> None:
    await world.change_client(rp.client_id, enabled=False)


async def take_the_audience(world: World, rp: RelyingParty, _alice: Visitor) -> None:
    await world.change_client(rp.client_id, audiences=())


async def sign_out(_world: World, _rp: RelyingParty, alice: Visitor) -> None:
    await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")


async def expire(world: World, _rp: RelyingParty, _alice: Visitor) -> None:
    world.time.move(seconds=301)


ENDS: dict[str, Callable[[World, RelyingParty, Visitor], Awaitable[None]]] = {
    "person locked": lock,
    "consent withdrawn": withdraw,
    "client disabled": disable,
    "audience taken from the client": take_the_audience,
    "signed out": sign_out,
    "expired": expire,
}


@pytest.mark.parametrize("name", ENDS)
async def test_whatever_ends_a_token_is_seen_at_once(
    world: World, rp: RelyingParty, api: RelyingParty, alice: Visitor, name: str
) -> None:  # DESIGN 5.5, bound A
    token = (await world.tokens(rp, alice, resource=API, scope="openid profile"))["access_token"]
    assert (await ask(world, api, token))["active"] is True
    await ENDS[name](world, rp, alice)
    assert await ask(world, api, token) == INACTIVE


async def test_a_refresh_token_is_active_until_it_is_spent_or_over(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    first = (await world.tokens(rp, alice, scope=OFFLINE))["refresh_token"]
    second = (await rp.refresh(world.http, first)).json()["refresh_token"]
    assert await ask(world, rp, first) == INACTIVE
    assert (await ask(world, rp, second))["active"] is True
    world.time.move(days=14)
    assert await ask(world, rp, second) == INACTIVE


async def test_scopes_taken_from_the_client_are_not_told(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    await world.change_client(rp.client_id, scopes=frozenset({"openid"}))
    for kind in ("access_token", "refresh_token"):
        assert (await ask(world, rp, tokens[kind]))["scope"] == "openid"


async def test_a_machine_s_own_token_is_active_until_it_is_revoked_or_its_client_disabled(
    world: World, api: RelyingParty
) -> None:  # RFC 6749 §4.4
    machine = await world.machine(audiences=(API,), scopes=frozenset({"data.read"}))

    async def token() -> str:
        answer = await machine.token(world.http, grant_type="client_credentials")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    first, second = await token(), await token()
    answer = await ask(world, api, first)
    assert (answer["active"], answer["sub"], answer["scope"]) == (True, "machine", "data.read")
    assert {"acr", "auth_time"}.isdisjoint(answer)
    assert (await machine.post(world.http, "/revoke", token=first)).status_code == 200
    assert await ask(world, api, first) == INACTIVE
    assert (await ask(world, api, second))["active"] is True
    await world.change_client("machine", enabled=False)
    assert await ask(world, api, second) == INACTIVE


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [({"token_type_hint": "x"}, 400, "invalid_request"), ({"token": ""}, 400, "invalid_request")],
    ids=["no token", "an empty one"],
)
async def test_a_request_without_a_token_is_malformed(
    world: World, rp: RelyingParty, form: dict[str, str], status: int, error: str
) -> None:
    response = await rp.post(world.http, "/introspect", **form)
    assert (response.status_code, response.json()["error"]) == (status, error)


async def test_a_client_that_proves_nothing_is_told_nothing(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # §2.1
    token = (await world.tokens(rp, alice))["access_token"]
    app = await world.client("app", secret=False)
    await world.agree(alice.person.person_id, app)
    its_own = (await world.tokens(app, alice))["access_token"]
    nobody = await world.http.post("/introspect", data={"token": token})
    wrong = await world.http.post("/introspect", data={"token": token}, auth=(rp.client_id, "wrong"))
    public = await app.post(world.http, "/introspect", token=its_own)
    bearer = await world.http.post(
        "/introspect", data={"token": token}, headers={"authorization": f"Bearer {token}"}
    )
    for refused in (nobody, wrong, public, bearer):
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic ")


async def test_parameters_of_an_address_and_other_methods_are_refused(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    token = (await world.tokens(rp, alice))["access_token"]
    response = await rp.post(world.http, f"/introspect?token={token}", token=token)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert (await world.http.get("/introspect")).status_code == 405
    twice = await world.http.post(
        "/introspect",
        content=f"token={token}&token={token}",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("alg", [None, "ES256", "RS256", "PS256"])
async def test_a_signed_answer_is_for_the_caller_in_its_algorithm(
    world: World, rp: RelyingParty, alice: Visitor, alg: str | None
) -> None:  # RFC 9701 §5, §6
    if alg not in {None, "ES256"}:
        await world.add_keys(str(alg))
    api = await world.client("the-api", protected_resources=(API,), introspection_signed_response_alg=alg)
    token = (await at_the_api(world, rp, alice))["access_token"]
    for asked, active in ((token, True), ("junk", False)):
        response = await api.post(world.http, "/introspect", SIGNED, token=asked)
        assert response.headers["content-type"] == "application/token-introspection+jwt"
        assert response.headers["cache-control"] == "no-store"
        header = b64decode_json(response.text.split(".")[0])
        assert (header["typ"], header["alg"]) == ("token-introspection+jwt", alg or "ES256")
        claims = await api.verify(world.http, response.text, algorithms=(alg or "ES256",))
        assert (claims["iss"], claims["aud"]) == (world.issuer, "the-api")
        assert claims["iat"] == int(world.time().timestamp())
        assert {"sub", "exp"}.isdisjoint(claims)
        assert claims["token_introspection"]["active"] is active


async def test_a_signed_answer_opens_nothing(world: World, rp: RelyingParty, alice: Visitor) -> None:
    token = (await world.tokens(rp, alice))["access_token"]
    signed = (await rp.post(world.http, "/introspect", SIGNED, token=token)).text
    assert (await world.userinfo(signed)).status_code == 401
    page = await alice.browser.get(rp.authorize_url(prompt="none", id_token_hint=signed))
    assert page.answer["error"] == "invalid_request"


async def test_a_reading_is_on_record_once_a_day_per_grant_and_reader(
    world: World, rp: RelyingParty, api: RelyingParty, alice: Visitor
) -> None:  # DESIGN 5.9, class 3
    tokens = await at_the_api(world, rp, alice)

    async def readings() -> int:
        return len(await world.events(EventType.TOKEN_INTROSPECTED))

    for _ in range(3):
        await ask(world, api, tokens["access_token"])
    await ask(world, api, "junk")
    assert await readings() == 1
    await ask(world, rp, tokens["refresh_token"])
    await ask(world, rp, tokens["access_token"])
    assert await readings() == 2
    world.time.move(days=1)
    again = (await rp.refresh(world.http, tokens["refresh_token"], resource=API)).json()
    await ask(world, api, again["access_token"])
    assert await readings() == 3
