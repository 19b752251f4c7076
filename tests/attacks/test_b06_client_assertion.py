"""B06, B07, B08, B14, C01–C07 at client authentication: assertions for others, used again, forged (RFC 7523, RFC 10070).

Every case is right but for the one thing named, and signed with the client's own key where that is what it takes.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from idp.audit.events import EventType
from idp.protocol.facts import Profile
from tests.assertions import TYP, TYPE, Signer, ask, carrying, claims, secret_assertion
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.attacks.test_c01_jose import TOO_LARGE, c01, c02, c03, c05, c07
from tests.attacks.token_inputs import Forger
from tests.driver import ISSUER
from tests.keys.forge import ABSENT, ForgedKey, keys
from tests.world import World

TOKEN_ENDPOINT = f"{ISSUER}/token"
NOT_THIS_ISSUER: tuple[object, ...] = (
    ABSENT,
    None,
    "",
    [],
    [ISSUER],
    [ISSUER, "https://other.example"],
    ["https://other.example", ISSUER],
    [TOKEN_ENDPOINT],
    {"aud": ISSUER},
    f"{ISSUER}/",
    ISSUER.upper(),
    ISSUER.replace("http:", "https:"),
    f"{ISSUER}/par",
    f"{ISSUER}/introspect",
    f"{ISSUER}/revoke",
    f"{ISSUER}/authorize",
    f"{ISSUER}/token/../par",
    "https://other.example",
    "https://other.example/token",
    f"{ISSUER}@other.example",
    "client-k",
)
OTHER_TYPES = ("at+jwt", "dpop+jwt", "oauth-authz-req+jwt", "logout+jwt", "", "jwt", f"text/{TYP}", f"{TYP} ")


async def client_k(
    world: World, key: ForgedKey | None = None, profile: Profile = Profile.CITY, **changes: Any
) -> Signer:
    """A client with a key of its own; a genuine assertion of it is let in, or nothing is proved."""
    signer = Signer("client-k", key or keys()["p256"])
    changes = {"token_endpoint_auth_method": "private_key_jwt", "jwks": signer.jwks, **changes}
    await world.client("client-k", profile=profile, **changes)
    assert (await ask(world, signer.form(world.time()))).json()["error"] == "invalid_grant"
    return signer


@pytest.mark.parametrize("profile", [Profile.CITY, Profile.OIDC])
async def test_b06_an_assertion_for_anybody_else_is_refused(
    world: World, oracle: Oracle, profile: Profile
) -> None:
    signer = await client_k(world, profile=profile)
    audiences = NOT_THIS_ISSUER if profile is Profile.OIDC else (*NOT_THIS_ISSUER, TOKEN_ENDPOINT)
    for aud in audiences:
        async with oracle.refusing((profile, aud), counted=True, status={401}):
            await ask(world, signer.form(world.time(), aud=aud))


async def test_b06_another_kind_of_token_is_no_assertion(world: World, oracle: Oracle) -> None:
    signer = await client_k(world)
    for typ in (*OTHER_TYPES, "JWT", ABSENT, None, 1):
        async with oracle.refusing(typ, counted=True, status={401}):
            await ask(world, carrying(signer.assertion(world.time(), header={"typ": typ})))


async def test_b07_an_assertion_used_again_is_refused_and_on_record(world: World, oracle: Oracle) -> None:
    signer = await client_k(world)
    proof = signer.form(world.time(), exp=60)
    assert (await ask(world, proof)).json()["error"] == "invalid_grant"
    for seconds in (0, 1, 30, 38):
        world.time.move(seconds=seconds)
        async with oracle.refusing(seconds, events=[EventType.CLIENT_ASSERTION_REPLAYED], status={401}):
            await ask(world, proof)
    world.time.move(seconds=2)
    async with oracle.refusing("expired", counted=True, status={401}):
        await ask(world, proof)


async def test_b07_a_jti_is_spent_though_all_else_is_new(world: World, oracle: Oracle) -> None:
    signer = await client_k(world)
    assert (await ask(world, signer.form(world.time(), jti="once"))).json()["error"] == "invalid_grant"
    async with oracle.refusing("other exp", events=[EventType.CLIENT_ASSERTION_REPLAYED], status={401}):
        await ask(world, signer.form(world.time(), jti="once", exp=500, iat=-5))


async def test_b08_an_assertion_beside_another_proof_or_for_another_client_is_refused(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    signer = await client_k(world)
    secret = str(cast.m.client_secret)
    basic = httpx.BasicAuth("client-m", secret)._auth_header

    def fresh() -> dict[str, str]:
        return signer.form(world.time())

    cases: list[tuple[str, dict[str, str], dict[str, str]]] = [
        ("other client_id", {**fresh(), "client_id": "client-m"}, {}),
        ("client_id in capitals", {**fresh(), "client_id": "CLIENT-K"}, {}),
        ("no type", carrying(fresh()["client_assertion"], client_assertion_type=None), {}),
        ("empty type", carrying(fresh()["client_assertion"], client_assertion_type=""), {}),
        ("type in capitals", carrying(fresh()["client_assertion"], client_assertion_type=TYPE.upper()), {}),
        (
            "SAML",
            carrying(fresh()["client_assertion"], client_assertion_type=TYPE.replace("jwt", "saml2")),
            {},
        ),
        ("type alone", {"client_assertion_type": TYPE, "client_id": "client-k"}, {}),
        ("name alone", {"client_id": "client-k"}, {}),
        ("signed by another client", Signer("client-k", keys()["rsa"]).form(world.time()), {}),
        ("signed for another client", Signer("client-m", signer.key).form(world.time()), {}),
        ("of a public client", Signer("client-b", signer.key).form(world.time()), {}),
        ("iss of another", signer.form(world.time(), iss="client-m"), {}),
        ("sub of another", signer.form(world.time(), sub="client-m"), {}),
        ("no sub", signer.form(world.time(), sub=ABSENT), {}),
        ("no jti", signer.form(world.time(), jti=ABSENT), {}),
        ("no exp", signer.form(world.time(), exp=ABSENT), {}),
        ("exp 5 minutes ago", signer.form(world.time(), exp=-300), {}),
        ("exp beyond any float", signer.form(world.time(), exp=10**400), {}),
        ("exp in a year", signer.form(world.time(), exp=31_536_000), {}),
        ("nbf in over a minute", signer.form(world.time(), nbf=61), {}),
    ]
    for name, proof, headers in cases:
        async with oracle.refusing(name, counted=True, status={401}):
            await ask(world, proof, headers)
    two: list[tuple[str, dict[str, str], dict[str, str]]] = [
        ("and a secret of its own", {**fresh(), "client_secret": "x"}, {}),
        ("and Basic of another", fresh(), {"authorization": basic}),
        ("and Bearer", fresh(), {"authorization": "Bearer x"}),
        ("and a secret of another", {**fresh(), "client_id": "client-m", "client_secret": secret}, {}),
    ]
    for name, proof, headers in two:
        async with oracle.refusing(name, counted=True, status={400}):  # RFC 6749 §5.2
            await ask(world, proof, headers)
    async with oracle.refusing("in the query", counted=True, status={400}):
        await world.http.post("/token", params=fresh(), data={"grant_type": "client_credentials"})


async def test_b08_a_disabled_client_and_an_unknown_one_are_refused_alike(
    world: World, oracle: Oracle
) -> None:
    signer = await client_k(world)
    await world.change_client("client-k", enabled=False)
    answers = []
    for who in (signer, Signer("nobody", signer.key)):
        async with oracle.refusing(who.client_id, counted=True, status={401}) as watch:
            await ask(world, who.form(world.time()))
        answers.append((watch.last.status_code, watch.last.content, "www-authenticate" in watch.last.headers))
    assert answers[0] == answers[1]


async def test_b14_our_own_tokens_prove_no_client(world: World, oracle: Oracle, cast: Cast) -> None:
    await client_k(world)
    tokens = await cast.held_by(cast.c, cast.alice)
    for kind in ("access_token", "id_token", "refresh_token"):
        async with oracle.refusing(kind, counted=True, status={401}):
            await ask(world, carrying(str(tokens[kind])))


def _payloads(
    hostile: Callable[[Forger], list[tuple[str, str]]], forger: Forger
) -> Iterator[tuple[str, str]]:
    """All but those that are right here: a client need not name its only key (RFC 7515 §4.1.4)."""
    yield from ((name, token) for name, token in hostile(forger) if name != "kid absent")


@pytest.mark.parametrize("hostile", [c01, c02, c03, c05, c07], ids=["C01", "C02", "C03", "C05", "C07"])
async def test_c_a_hostile_assertion_is_refused(
    world: World, oracle: Oracle, hostile: Callable[[Forger], list[tuple[str, str]]]
) -> None:
    """The stranger of these payloads holds the P-256 key, the client another: see token_inputs.Forger."""
    own = ForgedKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "own")
    signer = await client_k(world, own)
    said = claims("client-k", world.time())
    for name, token in _payloads(hostile, Forger(own, said, TYP, signer.assertion(world.time()))):
        async with oracle.refusing(name, counted=True, status={401}):
            await ask(world, carrying(token))


async def test_c02_a_public_key_or_a_weak_secret_signs_for_no_client(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    """HS256 under whatever is public of clients with a key; and for clients with a secret, under none or a short one."""
    signer = await client_k(world, keys()["rsa"])
    signing = await world.client(
        "client-s", profile=Profile.OIDC, token_endpoint_auth_method="client_secret_jwt"
    )
    for client_id in ("client-k", "client-s", "client-c", "client-b"):
        for secret in (
            "",
            "\0",
            "null",
            "None",
            "secret",
            client_id,
            signer.jwks,
            json.dumps(signer.key.jwk),
        ):
            for alg in ("HS256", "HS384", "HS512"):
                async with oracle.refusing((client_id, secret[:20], alg), counted=True, status={401}):
                    await ask(
                        world, carrying(secret_assertion(secret, claims(client_id, world.time()), alg=alg))
                    )
    for alg in ("HS384", "HS512"):
        async with oracle.refusing(("its own secret", alg), counted=True, status={401}):
            said = claims("client-s", world.time())
            await ask(world, carrying(secret_assertion(str(signing.client_secret), said, alg=alg)))
    async with oracle.refusing("a secret that is only sent", counted=True, status={401}):
        said = claims("client-c", world.time())
        await ask(world, carrying(secret_assertion(str(cast.c.client_secret), said)))


async def test_c07_an_assertion_of_a_megabyte_costs_next_to_nothing(world: World, oracle: Oracle) -> None:
    await client_k(world)
    for size in (17_000, 60_000, 70_000, 1_000_000):
        for token in (f"{'A' * size}.e30.AA", f"e30.{'A' * size}.AA", "." * size):
            refused = {401} if size < 64_000 else TOO_LARGE
            async with oracle.refusing(size, counted=True, status=refused, seconds=0.05):
                await ask(world, carrying(token))
