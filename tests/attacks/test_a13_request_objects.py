"""A13, B14, C01 to C07 at request objects: by value in the address and in a form, and pushed (RFC 9101 §10).

Every case is right but for the one thing named, and signed with the client's own key where that is what it takes.
By reference the same token takes the same way: tests/endpoints/test_request_uris.py; where from: test_d01_addresses.py.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe
from joserfc.jwk import ECKey

from idp.protocol.facts import Profile
from tests.assertions import TYP as ASSERTION_TYP
from tests.assertions import carrying
from tests.assertions import claims as assertion_claims
from tests.attacks.cast import POISON, Cast
from tests.attacks.oracle import Oracle
from tests.attacks.test_c01_jose import TOO_LARGE, c01, c02, c03, c05, c07
from tests.attacks.token_inputs import INPUTS, Forger, make_forger
from tests.driver import ISSUER
from tests.keys.forge import ABSENT, ForgedKey, hmac_token, keys, unsigned
from tests.request_objects import TYP, RequestSigner, request_signer
from tests.world import World

YEAR = 365 * 24 * 3600
_Way = Callable[[World, RequestSigner, str], Awaitable[httpx.Response]]


async def _by_get(world: World, signer: RequestSigner, token: str) -> httpx.Response:
    return await world.http.get(signer.url(token))


async def _by_post(world: World, signer: RequestSigner, token: str) -> httpx.Response:
    return await world.http.post("/authorize", data={"client_id": signer.rp.client_id, "request": token})


async def _pushed(world: World, signer: RequestSigner, token: str) -> httpx.Response:
    return await signer.push(world.http, token)


WAYS: Mapping[str, _Way] = {"GET": _by_get, "POST": _by_post, "PAR": _pushed}


async def client_j(world: World, key: ForgedKey | None = None, **changes: Any) -> RequestSigner:
    """A client that signs; a genuine request of it is taken on every way, or nothing is proved."""
    signer = await request_signer(world, "client-j", key, **changes)
    for name, way in WAYS.items():
        response = await way(world, signer, signer.token(world.time()))
        assert response.status_code == (201 if name == "PAR" else 303), (name, response.text)
        assert "error" not in response.headers.get("location", "")
    return signer


async def _encrypted(world: World, content: str) -> str:
    """Encrypt to the key that we sign with, the only one we show."""
    (jwk,) = (await world.http.get("/jwks")).json()["keys"]
    key = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
    return jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A128CBC-HS256", "typ": TYP}, content, key)


def _wrong(signer: RequestSigner, world: World) -> dict[str, str]:
    now = world.time()
    stranger = RequestSigner(signer.rp, keys()["rsa"])
    right = signer.claims(now)
    said: dict[str, dict[str, Any]] = {
        "client_id of M": {"client_id": "client-m"},
        "iss M": {"iss": "client-m"},
        "iss ours": {"iss": ISSUER},
        "no iss": {"iss": ABSENT},
        "aud another": {"aud": "https://other.example"},
        "aud another and M": {"aud": ["https://other.example", "client-m"]},
        "aud with a slash": {"aud": f"{ISSUER}/"},
        "aud an endpoint": {"aud": f"{ISSUER}/par"},
        "aud the client": {"aud": "client-j"},
        "no aud": {"aud": ABSENT},
        "no exp": {"exp": ABSENT},
        "exp in a year": {"exp": YEAR},
        "exp in over an hour": {"exp": 3700},
        "exp a minute ago": {"exp": -60},
        "exp text": {"exp": "never"},
        "exp 1e400": {"exp": 10**400},
        "iat ahead": {"iat": 60},
        "iat in a year": {"iat": YEAR},
        "nbf ahead": {"nbf": 60},
        "sub the client": {"sub": "client-j"},
        "holds request": {"request": signer.token(now)},
        "names request_uri": {"request_uri": "https://client-j.example/r"},
        "names a pushed one": {"request_uri": "urn:ietf:params:oauth:request_uri:x"},
        "scope a list": {"scope": ["openid"]},
        "redirect_uri a list": {"redirect_uri": [signer.rp.redirect_uri, "https://evil.example/"]},
        "state a number": {"state": 1},
        "state NUL": {"state": "a\x00"},
        "state half a pair": {"state": "\ud800"},
        "prompt null": {"prompt": None},
    }
    return {
        **{name: signer.token(now, **changes) for name, changes in said.items()},
        "alg none": unsigned({"alg": "none", "typ": TYP}, right) + ".",
        "alg none without its last dot": unsigned({"alg": "none", "typ": TYP}, right),
        "alg none, signed": unsigned({"alg": "none"}, right) + "." + signer.token(now).rpartition(".")[2],
        "signed by M": stranger.token(now),
        "signed by M under our kid": stranger.token(now, header={"kid": signer.key.kid}),
        "signed with the secret": hmac_token(
            "HS256", str(signer.rp.client_secret).encode(), {"kid": "p256", "typ": TYP}, right
        ),
        "an algorithm not offered": RequestSigner(signer.rp, keys()["ed"]).token(now),
        "typ of another kind": signer.token(now, header={"typ": "logout+jwt"}),
    }


@pytest.mark.parametrize("way", WAYS)
async def test_a13_a_request_object_with_one_thing_wrong_is_refused(
    world: World, oracle: Oracle, cast: Cast, way: str
) -> None:
    signer = await client_j(world)
    await world.change_client("client-m", jwks=json.dumps({"keys": [keys()["rsa"].jwk]}))
    cases = _wrong(signer, world)
    cases["a JWE of plain JSON"] = await _encrypted(world, json.dumps(signer.claims(world.time())))
    cases["a JWE of a signed one"] = await _encrypted(world, signer.token(world.time()))
    for name, token in cases.items():
        async with oracle.refusing((way, name), counted=True, status={400}) as watch:
            await WAYS[way](world, signer, token)
        assert "invalid_request_object" in watch.last.text, name


async def test_a13_nobody_else_s_request_counts_under_a_client_s_name(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    """What M signs is M's own, whatever it says; and what C signed is nothing under M's name."""
    signer = await client_j(world)
    await world.change_client("client-m", jwks=json.dumps({"keys": [keys()["rsa"].jwk]}))
    hostile = RequestSigner(cast.m, keys()["rsa"])
    for name, sender, token in (
        ("M's as C's", signer, hostile.token(world.time())),
        ("M's that says C", signer, hostile.token(world.time(), client_id="client-j", iss="client-j")),
        ("C's as M's", hostile, signer.token(world.time())),
        ("M's that says C, as M's", hostile, hostile.token(world.time(), client_id="client-j")),
        ("a disabled client's", signer, signer.token(world.time())),
    ):
        if name.startswith("a disabled"):
            await world.change_client("client-j", enabled=False)
        for way in ("GET", "POST"):
            async with oracle.refusing((name, way), counted=True, status={400}):
                await WAYS[way](world, sender, token)


async def test_a13_a_registered_algorithm_is_the_only_one(world: World, oracle: Oracle) -> None:
    signer = await client_j(world, keys()["rsa"], request_object_signing_alg="RS256")
    await world.change_client("client-j", request_object_signing_alg="PS256")
    for way in WAYS:
        async with oracle.refusing(way, counted=True, status={400}):
            await WAYS[way](world, signer, signer.token(world.time()))


async def test_a13_nothing_outside_adds_to_or_changes_what_was_signed(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    """Whoever owns the browser, or M as whoever wrote the link, may put anything beside it."""
    signer = await client_j(world)
    alice = await world.visitor(signer.rp, "carol")
    plain = signer.token(world.time(), state=ABSENT, nonce=ABSENT)
    page = await alice.browser.get(signer.url(plain, **POISON))
    assert page.left_for is not None
    assert page.left_for.startswith(signer.rp.redirect_uri)
    assert "state" not in page.answer
    tokens = (await signer.rp.redeem(world.http, page.answer["code"])).json()
    assert tokens["scope"] == signer.rp.scope
    assert "nonce" not in await signer.rp.verify(world.http, tokens["id_token"])
    # and a redirect_uri left out inside is not taken from outside
    async with oracle.refusing("no redirect_uri inside", counted=True, status={400}):
        token = signer.token(world.time(), redirect_uri=ABSENT)
        await alice.browser.client.get(signer.url(token, redirect_uri=signer.rp.redirect_uri))


async def test_a13_a_client_that_must_sign_gets_nothing_unsigned(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    signer = await client_j(world)
    alice = await world.visitor(signer.rp, "carol")
    name = (await signer.rp.push(world.http)).json()["request_uri"]
    await world.change_client("client-j", require_signed_request_object=True)
    browser = alice.browser.client
    async with oracle.refusing("plain", to_client="invalid_request", counted=True):
        await browser.get(signer.rp.authorize_url())
    async with oracle.refusing("plain by POST", to_client="invalid_request", counted=True):
        await browser.post("/authorize", data=signer.rp.parameters())
    async with oracle.refusing("an empty one", to_client="invalid_request", counted=True):
        await browser.get(signer.rp.authorize_url(request=""))
    async with oracle.refusing("alg none", to_client="invalid_request_object", counted=True):
        token = unsigned({"alg": "none"}, signer.claims(world.time())) + "."
        await browser.get(signer.rp.authorize_url(request=token))
    async with oracle.refusing("pushed", status={400}, counted=True):
        await signer.rp.push(world.http)
    async with oracle.refusing("pushed before", to_client="invalid_request", counted=True):
        await browser.get(signer.rp.load_url(name))
    assert "code" in (await alice.browser.get(signer.url(signer.token(world.time())))).answer


async def test_b14_no_other_token_is_a_request_object(world: World, oracle: Oracle, cast: Cast) -> None:
    signer = await client_j(world)
    forger = await make_forger(world, cast, INPUTS[0])
    now = world.time()
    tokens = await cast.held_by(cast.c, cast.alice)
    assertion = assertion_claims("client-j", now)
    logout = {"iss": ISSUER, "aud": "client-j", "sid": "s", "events": {}, "iat": 0}
    cases = {
        **{kind: str(tokens[kind]) for kind in ("access_token", "id_token", "refresh_token")},
        "logout token": forger.ours.token(logout, typ="logout+jwt"),
        "userinfo": forger.ours.token({"iss": ISSUER, "aud": "client-j", "sub": "x"}, typ=ABSENT),
        "a right one that we signed": forger.ours.token(signer.claims(now), typ=TYP),
        "client assertion": signer.key.token(assertion, typ=ASSERTION_TYP),
        "client assertion without a type of its own": signer.key.token(assertion, typ="JWT"),
        "client assertion without a type": signer.key.token(assertion, typ=ABSENT),
        "access token by the client": signer.key.token(signer.claims(now), typ="at+jwt"),
        "ID token by the client": signer.key.token({**signer.claims(now), "aud": "client-j"}, typ="JWT"),
    }
    for way in WAYS:
        for name, token in cases.items():
            async with oracle.refusing((way, name), counted=True, status={400}) as watch:
                await WAYS[way](world, signer, token)
            assert "invalid_request_object" in watch.last.text, name


@pytest.mark.parametrize("profile", [Profile.CITY, Profile.OIDC])
async def test_b14_a_request_object_is_no_other_token(
    world: World, oracle: Oracle, cast: Cast, profile: Profile
) -> None:
    """Not a client assertion, which would let its reader in as the client; not a hint, nor an access token."""
    await client_j(world)
    await world.change_client("client-j", profile=profile, token_endpoint_auth_method="private_key_jwt")
    signer = RequestSigner(cast.c)
    body = {"grant_type": "refresh_token", "refresh_token": "hp_rt_00" + "a" * 43}
    for typ in (TYP, "JWT", ABSENT):
        token = keys()["p256"].token(_of_client_j(world, signer), typ=typ)
        async with oracle.refusing(("assertion", typ), counted=True, status={401}):
            await world.http.post("/token", data={**body, **carrying(token)})
        async with oracle.refusing(("hint", typ), counted=True, to_client="invalid_request"):
            await cast.alice.browser.client.get(cast.c.authorize_url(id_token_hint=token))
        async with oracle.refusing(("access token", typ), counted=True, status={401}):
            await world.userinfo(token)


def _of_client_j(world: World, signer: RequestSigner) -> dict[str, Any]:
    return {**signer.claims(world.time(), iss="client-j", client_id="client-j"), "jti": "1"}


@pytest.mark.parametrize("hostile", [c01, c02, c03, c05, c07], ids=["C01", "C02", "C03", "C05", "C07"])
async def test_c_a_hostile_request_object_is_refused(
    world: World, oracle: Oracle, hostile: Callable[[Forger], list[tuple[str, str]]]
) -> None:
    """The stranger of these payloads holds the P-256 key, the client another: see token_inputs.Forger."""
    own = ForgedKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "own")
    signer = await client_j(world, own)
    forger = Forger(own, signer.claims(world.time()), TYP, signer.token(world.time()))
    for name, token in hostile(forger):
        if name == "kid absent":
            continue  # right here: a client need not name its only key (RFC 7515 §4.1.4)
        for way in ("POST", "PAR"):
            async with oracle.refusing((way, name), counted=True, status={400}) as watch:
                await WAYS[way](world, signer, token)
            assert "invalid_request_object" in watch.last.text, name


async def test_c07_a_request_object_of_a_megabyte_costs_next_to_nothing(world: World, oracle: Oracle) -> None:
    signer = await client_j(world)
    for size in (17_000, 60_000, 70_000, 1_000_000):
        for token in (f"{'A' * size}.e30.AA", f"e30.{'A' * size}.AA", "." * size):
            refused = {400} if size < 64_000 else TOO_LARGE
            for way in ("POST", "PAR"):
                async with oracle.refusing((way, size), counted=True, status=refused, seconds=0.05):
                    await WAYS[way](world, signer, token)
