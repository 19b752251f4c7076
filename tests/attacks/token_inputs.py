"""Every place where a JWT of ours comes back to us, and hostile tokens made with our own key."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from keys.keyring import SIGNING_KEY_PURPOSE
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.keys.forge import ABSENT, ForgedKey, b64
from tests.world import World

FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class TokenInput:
    """One place that reads a token of ours: which kind it takes, how it is handed in, how it refuses."""

    name: str
    kind: str
    typ: str
    send: Callable[[Cast, str], Awaitable[httpx.Response]]
    refusal: dict[str, Any]
    is_counted: bool = True
    """Whether a refusal is in the summary of those where nobody was proved."""


async def _hint_at_authorize(cast: Cast, token: str) -> httpx.Response:
    url = cast.c.authorize_url(prompt="none", id_token_hint=token)
    return await cast.alice.browser.client.get(url)


async def _hint_at_authorize_by_post(cast: Cast, token: str) -> httpx.Response:
    body = urlencode(cast.c.parameters(prompt="none", id_token_hint=token))
    return await cast.alice.browser.client.post("/authorize", content=body, headers=FORM)


async def _hint_at_end_session(cast: Cast, token: str) -> httpx.Response:
    body = urlencode({"id_token_hint": token})
    return await cast.bob.browser.client.post("/end_session", content=body, headers=FORM)


async def _bearer(cast: Cast, token: str) -> httpx.Response:
    headers = httpx.Headers([(b"authorization", b"Bearer " + token.encode())])
    return await cast.world.http.get("/userinfo", headers=headers)


async def _in_the_body(cast: Cast, token: str) -> httpx.Response:
    return await cast.world.http.post("/userinfo", content=urlencode({"access_token": token}), headers=FORM)


async def _introspect(cast: Cast, token: str) -> httpx.Response:
    """A refusal is here an answer that says no; told apart by a status of this test's own."""
    response = await cast.c.post(cast.world.http, "/introspect", token=token)
    if response.status_code == 200 and response.json() == {"active": False}:
        return httpx.Response(499)
    return response


INPUTS = (
    TokenInput(
        "id_token_hint at /authorize", "id_token", "JWT", _hint_at_authorize, {"to_client": "invalid_request"}
    ),
    TokenInput(
        "id_token_hint at /authorize by POST",
        "id_token",
        "JWT",
        _hint_at_authorize_by_post,
        {"to_client": "invalid_request"},
    ),
    TokenInput("id_token_hint at /end_session", "id_token", "JWT", _hint_at_end_session, {"status": {400}}),
    TokenInput("access token in the header", "access_token", "at+jwt", _bearer, {"status": {401}}),
    TokenInput("access token in the body", "access_token", "at+jwt", _in_the_body, {"status": {401}}),
    TokenInput(
        "token at /introspect by POST",
        "access_token",
        "at+jwt",
        _introspect,
        {"status": {200}},
        is_counted=False,
    ),
)


@dataclass(frozen=True)
class Forger:
    """Somebody who holds our signing key: what they make is refused for its form alone."""

    ours: ForgedKey
    claims: dict[str, Any]
    typ: str
    genuine: str

    def token(self, **header: object) -> str:
        """A genuine token but for these header members; ABSENT leaves one out."""
        return self.ours.token(self.claims, **{"typ": self.typ, **header})

    def raw(self, header: bytes, payload: bytes | None = None) -> str:
        return self.ours.raw_token(header, json.dumps(self.claims).encode() if payload is None else payload)

    def header(self, **changes: object) -> dict[str, object]:
        members: dict[str, object] = {"alg": "ES256", "kid": self.ours.kid, "typ": self.typ, **changes}
        return {name: value for name, value in members.items() if value is not ABSENT}

    def unsigned(self, **changes: object) -> str:
        return f"{b64(json.dumps(self.header(**changes)).encode())}.{b64(json.dumps(self.claims).encode())}"

    def public_key(self, encoding: Encoding, form: PublicFormat) -> bytes:
        return self.ours.public_bytes(encoding, form)


async def make_forger(world: World, cast: Cast, where: TokenInput) -> Forger:
    tokens = await cast.held_by(cast.c, cast.alice)
    (record,) = await world.provider.database.read(lambda tx: tx.signing_keys.all())
    der = world.provider.vault.open(record.sealed_private, purpose=SIGNING_KEY_PURPOSE)
    private = load_der_private_key(der, None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    token = tokens[where.kind]
    claims = await cast.c.verify(world.http, token)
    return Forger(ForgedKey(private, "ES256", record.kid), claims, where.typ, token)


async def assert_refused_everywhere(
    world: World, oracle: Oracle, cast: Cast, payloads: Callable[[Forger], list[tuple[str, str]]]
) -> None:
    """Hand every payload in at every input; a genuine token made the same way must be taken, or nothing is proved."""
    for where in INPUTS:
        forger = await make_forger(world, cast, where)
        for name, token in payloads(forger):
            async with oracle.refusing((where.name, name), counted=where.is_counted, **where.refusal):
                await where.send(cast, token)
        response = await where.send(cast, forger.token())
        assert response.status_code in {200, 303}, (where.name, response.status_code)
        assert "error=" not in response.headers.get("location", ""), where.name
