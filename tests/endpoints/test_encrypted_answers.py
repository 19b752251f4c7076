"""ID tokens, logout tokens and userinfo as registered: signed, encrypted – OpenID Connect Core §5.3.2, §10, RFC 7516."""

import asyncio
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import ClientId
from idp.transaction import Tx
from idp.worker import relay_of
from tests.clients.jwks_server import jwks_server
from tests.driver import RelyingParty, b64decode_json
from tests.federation.fetch_peers import serving
from tests.jwe_reader import Recipient
from tests.world import Visitor, World, open_world

OFFLINE = "openid profile offline_access"


@cache
def recipient(kind: str) -> Recipient:
    return {"RSA": Recipient.rsa, "EC": Recipient.ec, "X25519": Recipient.x25519}[kind]()


async def client(world: World, **changes: Any) -> tuple[RelyingParty, Visitor]:
    rp = await world.client(**changes)
    rp.scope = OFFLINE
    return rp, await world.visitor(rp)


async def store(world: World, rp: RelyingParty, **changes: Any) -> None:
    """Change what is stored, past the checks of a registration: keys may be lost later than that."""

    def put(tx: Tx) -> Done[None]:
        found = tx.clients.get(ClientId(rp.client_id))
        assert found is not None
        tx.clients.put(replace(found.facts, **changes), world.time())
        tx.configuration.raise_version()
        return Done(None)

    await world.write(put)


@pytest.mark.parametrize(
    ("kind", "alg", "enc"),
    [
        ("RSA", "RSA-OAEP-256", "A256GCM"),
        ("EC", "ECDH-ES", "A128GCM"),
        ("EC", "ECDH-ES+A128KW", None),
        ("X25519", "ECDH-ES+A256KW", "A128CBC-HS256"),
    ],
)
async def test_an_id_token_is_signed_and_then_encrypted(
    world: World, kind: str, alg: str, enc: str | None
) -> None:  # Core §10.2
    who = recipient(kind)
    rp, alice = await client(
        world,
        jwks=who.jwks,
        id_token_encrypted_response_alg=alg,
        id_token_encrypted_response_enc=enc,
    )
    tokens = await world.tokens(rp, alice)
    for answer in (tokens, (await rp.refresh(world.http, tokens["refresh_token"])).json()):
        found = who.read(answer["id_token"])
        assert (found.header["alg"], found.header["enc"]) == (alg, enc or "A128CBC-HS256")
        assert (found.header["cty"], found.header["kid"]) == ("JWT", who.kid)
        claims = await rp.verify(world.http, found.content)
        assert (claims["aud"], claims["iss"]) == (rp.client_id, world.issuer)
        assert (await rp.verify(world.http, answer["access_token"]))["client_id"] == rp.client_id


async def test_what_was_decrypted_is_a_hint_and_what_was_not_is_none(world: World) -> None:  # Core §3.1.2.1
    who = recipient("EC")
    rp, alice = await client(world, jwks=who.jwks, id_token_encrypted_response_alg="ECDH-ES")
    id_token = (await world.tokens(rp, alice))["id_token"]
    silent = await alice.browser.get(
        rp.authorize_url(prompt="none", id_token_hint=who.read(id_token).content)
    )
    assert "code" in silent.answer
    sealed = await alice.browser.get(rp.authorize_url(prompt="none", id_token_hint=id_token))
    assert sealed.answer["error"] == "invalid_request"


WITHOUT_A_KEY: dict[str, dict[str, Any]] = {
    "no keys": {},
    "a key that signs": {"jwks": {**Recipient.ec().jwk, "use": "sig"}},
    "a key of another kind": {"jwks": Recipient.ec().jwk},
    "a key for another algorithm": {"jwks": {**recipient("RSA").jwk, "alg": "RSA-OAEP"}},
    "a server that is away": {"jwks_uri": "http://localhost:1/jwks"},
}


@pytest.mark.parametrize("name", WITHOUT_A_KEY)
async def test_without_a_key_nothing_is_answered_and_nothing_spent(world: World, name: str) -> None:
    keys = WITHOUT_A_KEY[name]
    rp, alice = await client(world)
    tokens = await world.tokens(rp, alice)
    registered = {"jwks": json.dumps({"keys": [keys["jwks"]]})} if "jwks" in keys else keys
    await store(world, rp, id_token_encrypted_response_alg="RSA-OAEP-256", **registered)
    code = await alice.code(rp)
    for refused in (
        await rp.redeem(world.http, code),
        await rp.refresh(world.http, tokens["refresh_token"]),
    ):
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
        assert "key to encrypt to" in refused.json()["error_description"]
    await store(world, rp, jwks=recipient("RSA").jwks, jwks_uri=None)
    assert (await rp.redeem(world.http, code)).status_code == 200
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 200


@pytest.mark.network
async def test_a_key_is_read_from_where_the_client_shows_it(template: Path, tmp_path: Path) -> None:  # §10.2
    who = recipient("EC")
    async with (
        jwks_server() as server,
        open_world(template, tmp_path, loopback_origins=(server.peer.origin,)) as world,
    ):
        server.jwks = {"keys": [who.jwk]}
        rp, alice = await client(world, jwks_uri=server.uri, id_token_encrypted_response_alg="ECDH-ES")
        assert who.read((await world.tokens(rp, alice))["id_token"]).header["kid"] == who.kid


@pytest.mark.parametrize("alg", ["ES256", "PS256"])
async def test_userinfo_is_signed_for_its_client(world: World, alg: str) -> None:  # §5.3.2
    if alg != "ES256":
        await world.add_keys(alg)
    rp, alice = await client(world, userinfo_signed_response_alg=alg)
    response = await world.userinfo((await world.tokens(rp, alice))["access_token"])
    assert response.headers["content-type"] == "application/jwt"
    assert response.headers["cache-control"] == "no-store"
    header = b64decode_json(response.text.split(".")[0])
    assert (header["alg"], header["typ"]) == (alg, "userinfo+jwt")
    claims = await rp.verify(world.http, response.text, algorithms=(alg,))
    assert (claims["iss"], claims["aud"]) == (world.issuer, rp.client_id)
    assert claims["name"] == "Nguyễn Thị Hương"
    assert "exp" not in claims


async def test_signed_userinfo_passes_for_no_other_token(world: World) -> None:  # SECURITY B14
    rp, alice = await client(world, userinfo_signed_response_alg="ES256")
    signed = (await world.userinfo((await world.tokens(rp, alice))["access_token"])).text
    assert (await world.userinfo(signed)).status_code == 401
    assert (await rp.post(world.http, "/introspect", token=signed)).json() == {"active": False}
    page = await alice.browser.get(rp.authorize_url(prompt="none", id_token_hint=signed))
    assert page.answer["error"] == "invalid_request"
    ended = await alice.browser.get(f"/end_session?id_token_hint={signed}")
    assert ended.status == 400
    assert (await alice.browser.get(rp.authorize_url(prompt="none"))).answer["code"], "nobody was signed out"


async def test_userinfo_is_signed_and_then_encrypted(world: World) -> None:
    who = recipient("RSA")
    rp, alice = await client(
        world,
        jwks=who.jwks,
        userinfo_signed_response_alg="ES256",
        userinfo_encrypted_response_alg="RSA-OAEP-256",
        userinfo_encrypted_response_enc="A256GCM",
    )
    response = await world.userinfo((await world.tokens(rp, alice))["access_token"])
    assert response.headers["content-type"] == "application/jwt"
    found = who.read(response.text)
    assert found.header["cty"] == "JWT"
    assert (await rp.verify(world.http, found.content))["name"] == "Nguyễn Thị Hương"


async def test_userinfo_may_be_encrypted_alone(world: World) -> None:
    who = recipient("EC")
    rp, alice = await client(world, jwks=who.jwks, userinfo_encrypted_response_alg="ECDH-ES")
    response = await world.userinfo((await world.tokens(rp, alice))["access_token"])
    found = who.read(response.text)
    assert "cty" not in found.header
    assert json.loads(found.content)["name"] == "Nguyễn Thị Hương"


async def test_userinfo_that_can_t_be_encrypted_is_not_given_and_no_reading_is_recorded(world: World) -> None:
    rp, alice = await client(world)
    token = (await world.tokens(rp, alice))["access_token"]
    await store(world, rp, userinfo_encrypted_response_alg="ECDH-ES")
    refused = await world.userinfo(token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert 'error="invalid_request"' in refused.headers["www-authenticate"]
    assert await world.events(EventType.USERINFO_READ) == []


@pytest.mark.network
async def test_a_logout_token_is_encrypted_like_an_id_token(
    template: Path, tmp_path: Path
) -> None:  # Back-Channel Logout §2.4
    who = recipient("EC")
    async with (
        serving() as peer,
        open_world(template, tmp_path, loopback_origins=(peer.origin,)) as world,
    ):
        rp, alice = await client(
            world,
            jwks=who.jwks,
            id_token_encrypted_response_alg="ECDH-ES",
            backchannel_logout_uri=f"{peer.origin}/logout",
        )
        id_token = who.read((await world.tokens(rp, alice, scope="openid"))["id_token"])
        await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
        relay = relay_of(world.provider)
        assert await relay.run() == 1
        await asyncio.gather(*relay.under_way)
        (request,) = peer.requests
        (token,) = parse_qs(request.partition(b"\r\n\r\n")[2].decode())["logout_token"]
        claims = await rp.verify(world.http, who.read(token).content)
        assert claims["sid"] == (await rp.verify(world.http, id_token.content))["sid"]
