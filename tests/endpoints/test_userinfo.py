"""The userinfo endpoint – OpenID Connect Core §5.3, RFC 6750, RFC 9068 §4; bound A of DESIGN 5.5."""

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest

from idp.audit.events import EventType
from idp.people.model import PersonStatus
from tests.driver import ISSUER, RelyingParty
from tests.world import Visitor, World

BARE = f'Bearer realm="{ISSUER}"'
INVALID = f'{BARE}, error="invalid_token", error_description="the access token is not valid"'


@pytest.fixture
async def tokens(world: World, rp: RelyingParty, alice: Visitor) -> dict[str, Any]:
    return await world.tokens(rp, alice)


def assert_invalid(response: httpx.Response, challenge: str = INVALID) -> None:
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == challenge
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"
    if challenge == BARE:
        assert response.json() == {}, "RFC 6750 §3.1: no error where no token was sent"
    else:
        assert response.json()["error"] == "invalid_token"


async def test_the_claims_of_the_scopes_come_as_json_that_nobody_stores(
    world: World, rp: RelyingParty, tokens: dict[str, Any]
) -> None:  # §5.3.2
    response = await world.userinfo(tokens["access_token"])
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    claims = response.json()
    assert claims["sub"] == (await rp.verify(world.http, tokens["id_token"]))["sub"]
    assert claims["name"] == "Nguyễn Thị Hương"
    assert claims["birthdate"] == "1984-03-14"
    assert None not in claims.values()
    assert not {"email", "phone_number", "address", "vn_id_number"} & claims.keys()


async def test_the_token_may_come_by_post_in_header_or_body(
    world: World, tokens: dict[str, Any]
) -> None:  # oidcc-userinfo-post-header, -post-body
    token = tokens["access_token"]
    expected = (await world.userinfo(token)).json()
    by_header = await world.http.post("/userinfo", headers={"authorization": f"Bearer {token}"})
    by_body = await world.http.post("/userinfo", data={"access_token": token})
    lower = await world.http.get("/userinfo", headers={"authorization": f"bearer {token}"})
    assert expected == by_header.json() == by_body.json() == lower.json()


async def test_without_a_token_the_challenge_names_no_error(world: World) -> None:  # RFC 6750 §3.1
    assert_invalid(await world.http.get("/userinfo"), BARE)
    assert_invalid(await world.http.post("/userinfo"), BARE)


async def test_a_token_in_the_address_counts_for_nothing(
    world: World, tokens: dict[str, Any]
) -> None:  # RFC 9700 §4.3.2
    assert_invalid(await world.http.get("/userinfo", params={"access_token": tokens["access_token"]}), BARE)


async def test_a_token_sent_twice_is_a_bad_request(
    world: World, tokens: dict[str, Any]
) -> None:  # RFC 6750 §2
    token = tokens["access_token"]
    header = {"authorization": f"Bearer {token}"}
    twice = await world.http.post("/userinfo", data={"access_token": token}, headers=header)
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = await world.http.post(
        "/userinfo", content=f"access_token={token}&access_token={token}", headers=form
    )
    for response in (twice, body):
        assert response.status_code == 400
        assert 'error="invalid_request"' in response.headers["www-authenticate"]


@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
async def test_another_kind_of_token_is_no_access_token(
    world: World, tokens: dict[str, Any], kind: str
) -> None:  # RFC 9068 §4, SECURITY B14
    assert_invalid(await world.userinfo(tokens[kind]))


async def test_a_logout_token_is_no_access_token(world: World, tokens: dict[str, Any]) -> None:
    keyring = world.provider.keyring
    claims = _claims(tokens["access_token"])
    assert_invalid(await world.userinfo(await keyring.sign(claims, typ="logout+jwt", alg="ES256")))
    assert_invalid(await world.userinfo(await keyring.sign(claims, typ="JWT", alg="ES256")))
    genuine = await keyring.sign(claims, typ="at+jwt", alg="ES256")
    assert (await world.userinfo(genuine)).status_code == 200, "it was the type alone"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"gid": "another"},
        {"gid": None},
        {"gid": ["x"]},
        {"gid": 1},
        {"jti": None},
        {"scope": None},
        {"scope": ["openid"]},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
    ],
)
async def test_a_token_with_a_claim_that_is_not_ours_is_refused(
    world: World, tokens: dict[str, Any], changes: dict[str, object]
) -> None:  # RFC 9068 §4
    claims = _claims(tokens["access_token"]) | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    forged = await world.provider.keyring.sign(claims, typ="at+jwt", alg="ES256")
    assert_invalid(await world.userinfo(forged))


async def test_an_expired_token_is_refused_to_the_second(world: World, tokens: dict[str, Any]) -> None:
    world.time.move(seconds=299)
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    world.time.move(seconds=1)
    assert_invalid(await world.userinfo(tokens["access_token"]))


async def test_a_changed_token_is_refused(world: World, tokens: dict[str, Any]) -> None:
    header, payload, signature = tokens["access_token"].split(".")
    for forged in (
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{payload}",
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature}.",
        f"{header}.{payload}A.{signature}",
        "a.b.c",
        "abc",
        "é",
    ):
        authorization = f"Bearer {forged}".encode()
        response = await world.http.get(
            "/userinfo", headers=httpx.Headers([(b"authorization", authorization)])
        )
        assert_invalid(response)


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer ", "Basic cnA6eA==", "DPoP abc", "Bearer a b", "bearer:abc", "Token abc", ""],
)
async def test_a_header_of_another_form_is_refused(world: World, authorization: str) -> None:
    """Another scheme is no token gone wrong: its challenge names no error (RFC 6750 §3.1)."""
    response = await world.http.get("/userinfo", headers={"authorization": authorization})
    assert response.status_code == 401
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith(BARE)
    assert ("error=" in challenge) is authorization.startswith("Bearer")
    assert (b"error" in response.content) is authorization.startswith("Bearer")


async def test_a_header_sent_twice_opens_nothing_in_any_order(
    world: World, tokens: dict[str, Any]
) -> None:  # RFC 9110 §5.3
    good, bad = (
        (b"authorization", b"Bearer " + tokens["access_token"].encode()),
        (b"authorization", b"Bearer x"),
    )
    for pair in ([good, bad], [bad, good], [good, good]):
        response = await world.http.get("/userinfo", headers=httpx.Headers(pair))
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert (await world.http.get("/userinfo", headers=httpx.Headers([good]))).status_code == 200


async def test_a_token_without_openid_is_told_which_scope_it_lacks(
    world: World, rp: RelyingParty, tokens: dict[str, Any]
) -> None:  # RFC 6750 §3.1
    narrow = (await rp.refresh(world.http, tokens["refresh_token"], scope="profile")).json()
    response = await world.userinfo(narrow["access_token"])
    assert response.status_code == 403
    challenge = response.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert challenge.endswith('scope="openid"')


async def test_whatever_ends_the_grant_ends_its_tokens_here_at_once(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:  # DESIGN 5.5 bound A, SECURITY B10
    person_id = alice.person.person_id
    token = (await world.tokens(rp, alice))["access_token"]
    await world.set_status(person_id, PersonStatus.LOCKED)
    assert_invalid(await world.userinfo(token))
    await world.set_status(person_id, PersonStatus.ACTIVE)
    assert (await world.userinfo(token)).status_code == 200
    await world.change_client("rp-c", enabled=False)
    assert_invalid(await world.userinfo(token))
    await world.change_client("rp-c", enabled=True)
    assert (await world.userinfo(token)).status_code == 200
    await world.withdraw(person_id, rp)
    assert_invalid(await world.userinfo(token))
    await world.agree(person_id, rp)
    assert_invalid(await world.userinfo(token))


async def test_signing_out_ends_the_tokens_of_the_session(
    world: World, alice: Visitor, tokens: dict[str, Any]
) -> None:
    await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    assert_invalid(await world.userinfo(tokens["access_token"]))


async def test_reading_is_recorded_once_a_day_and_grant(
    world: World, rp: RelyingParty, alice: Visitor, tokens: dict[str, Any]
) -> None:  # DESIGN 5.9 class 3
    for _ in range(3):
        await world.userinfo(tokens["access_token"])
    assert await world.events(EventType.USERINFO_READ) == [EventType.USERINFO_READ]
    other = await world.tokens(rp, alice)
    await world.userinfo(other["access_token"])
    assert len(await world.events(EventType.USERINFO_READ)) == 2


async def test_readings_that_come_at_once_are_one_reading(
    world: World, tokens: dict[str, Any]
) -> None:  # DESIGN 5.9 class 3
    answers = await asyncio.gather(*(world.userinfo(tokens["access_token"]) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert await world.events(EventType.USERINFO_READ) == [EventType.USERINFO_READ]


async def test_a_method_that_is_none_of_ours_is_told_which_are(world: World) -> None:  # RFC 9110 §15.5.6
    for method in ("PUT", "DELETE", "PATCH"):
        response = await world.http.request(method, "/userinfo")
        assert response.status_code == 405
        assert response.headers["allow"] == "GET, POST"


def _claims(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


async def test_a_fault_of_ours_is_no_reason_to_throw_the_token_away(
    world: World, tokens: dict[str, Any]
) -> None:  # RFC 6750 §3.1: a challenge is for what is wrong with the request
    await world.provider.database.close()
    response = await world.userinfo(tokens["access_token"])
    assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
    assert response.headers["retry-after"] == "2"
    assert "www-authenticate" not in response.headers
