"""private_key_jwt and client_secret_jwt at the token endpoint – OpenID Connect Core §9, RFC 7523, RFC 10070."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from idp.audit.events import EventType
from idp.database import DatabaseUnavailable
from idp.protocol.client_authentication import METHODS
from idp.protocol.facts import Profile
from tests.assertions import TYPE, Signer, ask, carrying, claims, secret_assertion
from tests.clients.jwks_server import jwks_server
from tests.driver import ISSUER, RelyingParty
from tests.keys.forge import ABSENT, ForgedKey, b64, keys, unsigned
from tests.world import World, open_world

USED = "client_assertion: its jti was used before"
MACHINE = {
    "grant_type": "client_credentials",
    "scope": "data.read",
    "resource": "https://warehouse.example/",
}
REPLAYED = EventType.CLIENT_ASSERTION_REPLAYED


def assert_let_in(response: httpx.Response) -> None:
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant"), response.text


def assert_refused(response: httpx.Response, told: str = "client authentication failed") -> None:
    assert response.status_code == 401
    assert response.json() == {"error": "invalid_client", "error_description": told}
    assert response.headers["cache-control"] == "no-store"


async def with_key(world: World, client_id: str = "rp-k", key: str = "p256", **changes: Any) -> Signer:
    signer = Signer(client_id, keys()[key])
    changes = {"token_endpoint_auth_method": "private_key_jwt", "jwks": signer.jwks, **changes}
    await world.client(client_id, **changes)
    return signer


async def with_secret(world: World, client_id: str = "rp-s", **changes: Any) -> str:
    rp = await world.client(
        client_id,
        profile=Profile.OIDC,
        token_endpoint_auth_method="client_secret_jwt",
        id_token_signed_response_alg="ES256",
        **changes,
    )
    assert rp.client_secret is not None
    return rp.client_secret


async def machine_with_key(world: World) -> Signer:
    signer = Signer("rp-m", keys()["p256"])
    await world.machine(
        "rp-m",
        secret=False,
        audiences=(MACHINE["resource"],),
        scopes=frozenset({MACHINE["scope"]}),
        token_endpoint_auth_method="private_key_jwt",
        jwks=signer.jwks,
    )
    return signer


@pytest.mark.parametrize("key", list(keys()))
async def test_a_client_proves_itself_by_its_own_key(world: World, key: str) -> None:  # Core §9
    signer = await with_key(world, key=key)
    assert_let_in(await ask(world, signer.form(world.time())))
    assert_let_in(await ask(world, {**signer.form(world.time()), "client_id": "rp-k"}))


async def test_a_whole_sign_in_of_a_client_with_a_key(world: World) -> None:
    signer = await with_key(world)
    rp = RelyingParty(client_id="rp-k", redirect_uri="https://rp-k.example/callback")
    code = await (await world.visitor(rp)).code(rp)
    tokens = (await rp.redeem(world.http, code, **signer.form(world.time()))).json()
    assert "access_token" in tokens
    refreshed = await rp.refresh(world.http, tokens["refresh_token"], **signer.form(world.time()))
    assert refreshed.status_code == 200, refreshed.text


async def test_a_client_signs_with_its_secret(world: World) -> None:  # Core §9 client_secret_jwt
    secret = await with_secret(world)
    said = claims("rp-s", world.time())
    assert_let_in(await ask(world, carrying(secret_assertion(secret, said, typ="JWT"))))
    assert_refused(await ask(world, carrying(secret_assertion("x" * 55, claims("rp-s", world.time())))))
    to_endpoint = claims("rp-s", world.time(), aud=f"{world.issuer}/token")
    assert_let_in(await ask(world, carrying(secret_assertion(secret, to_endpoint))))


async def test_a_secret_that_signs_is_sealed_and_any_other_is_a_digest_alone(
    world: World,
) -> None:  # DESIGN 5.10
    secret = await with_secret(world)
    await world.client("rp-c")

    async def sealed_of(client_id: str) -> bytes | None:
        client = await world.provider.configuration.client(client_id)  # type: ignore[arg-type]
        assert client is not None
        return client.secrets[0].sealed

    sealed = await sealed_of("rp-s")
    assert sealed is not None
    assert secret.encode() not in sealed
    assert await sealed_of("rp-c") is None
    await world.change_client("rp-s", token_endpoint_auth_method="client_secret_basic")
    assert await sealed_of("rp-s") is None, "the method has changed: nobody needs it any more"
    pair = base64.b64encode(f"rp-s:{secret}".encode()).decode()
    assert_let_in(await ask(world, {}, {"authorization": f"Basic {pair}"}))
    await world.change_client("rp-s", token_endpoint_auth_method="client_secret_jwt")
    assert_refused(await ask(world, carrying(secret_assertion(secret, claims("rp-s", world.time())))))


async def test_an_assertion_proves_once(world: World) -> None:  # RFC 7523 §3 no. 7; SECURITY B07
    signer = await with_key(world)
    proof = signer.form(world.time())
    assert_let_in(await ask(world, proof))
    for _ in range(2):
        assert_refused(await ask(world, proof), USED)
    assert await world.events(REPLAYED) == [REPLAYED, REPLAYED]
    assert_let_in(await ask(world, signer.form(world.time())))


async def test_one_of_many_at_once_is_let_in(world: World) -> None:
    signer = await with_key(world)
    proof = signer.form(world.time())
    answers = await asyncio.gather(*(ask(world, proof) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [400] + [401] * 19


async def test_a_machine_s_token_is_recorded_with_the_assertion_it_cost(world: World) -> None:
    signer = await machine_with_key(world)
    wanted = {**signer.form(world.time()), **MACHINE}
    answers = await asyncio.gather(*(world.http.post("/token", data=wanted) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    recorded = await world.events(EventType.CLIENT_TOKEN_ISSUED, REPLAYED, client_id="rp-m")
    assert sorted(recorded) == sorted([EventType.CLIENT_TOKEN_ISSUED] + [REPLAYED] * 19)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({**MACHINE, "scope": "not.mine"}, "invalid_scope"),
        ({**MACHINE, "resource": "https://other.example/"}, "invalid_target"),
        ({"grant_type": "refresh_token", "refresh_token": "hp_rt_00" + "a" * 43}, "unauthorized_client"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_whatever_a_machine_is_refused_for_its_assertion_is_spent(
    world: World, wanted: dict[str, str], error: str
) -> None:
    signer = await machine_with_key(world)
    proof = signer.form(world.time())
    refused = await world.http.post("/token", data={**proof, **wanted})
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert_refused(await world.http.post("/token", data={**proof, **MACHINE}), USED)
    assert await world.events(EventType.CLIENT_TOKEN_ISSUED, client_id="rp-m") == []


async def test_an_assertion_is_remembered_until_its_time_refuses_it(world: World) -> None:
    signer = await with_key(world)
    proof = signer.form(world.time(), exp=60)
    assert_let_in(await ask(world, proof))
    world.time.move(seconds=69)
    await world.clean_up()
    assert_refused(await ask(world, proof), USED)
    assert await world.events(REPLAYED) == [REPLAYED]
    world.time.move(minutes=6)
    await world.clean_up()
    assert_refused(await ask(world, proof), "client_assertion: the token has expired")
    assert await world.events(REPLAYED) == [REPLAYED], "refused by its time, and forgotten"
    assert await world.provider.database.read(_remembered) == 0


def _remembered(tx: Any) -> int:
    return int(tx.connection.exec_driver_sql("SELECT count(*) FROM client_assertions").scalar_one())


async def test_two_clients_may_use_one_jti(world: World) -> None:
    one, two = await with_key(world, "rp-1"), await with_key(world, "rp-2", "rsa")
    assert_let_in(await ask(world, one.form(world.time(), jti="same")))
    assert_let_in(await ask(world, two.form(world.time(), jti="same")))


async def test_a_wrong_assertion_spends_nothing(world: World) -> None:
    signer = await with_key(world)
    assert_refused(await ask(world, Signer("rp-k", keys()["ed"]).form(world.time(), jti="mine")))
    foreign = await ask(world, signer.form(world.time(), jti="mine", aud="https://other.example"))
    assert_refused(foreign, "client_assertion: aud must be the issuer alone, as one string")
    assert_let_in(await ask(world, signer.form(world.time(), jti="mine")))


async def test_while_nothing_can_be_spent_nobody_is_let_in_and_a_fresh_assertion_is_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = await with_key(world)

    async def away(*_row: Any, **_then: Any) -> Any:
        raise DatabaseUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(world.provider.database, "claim", away)
        answer = await ask(world, signer.form(world.time()))
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert_let_in(await ask(world, signer.form(world.time())))


async def test_a_disabled_client_s_key_opens_nothing(world: World) -> None:
    signer = await with_key(world)
    await world.change_client("rp-k", enabled=False)
    assert_refused(await ask(world, signer.form(world.time())))
    await world.change_client("rp-k", enabled=True)
    assert_let_in(await ask(world, signer.form(world.time())))


async def test_only_the_registered_method_and_algorithm_are_taken(world: World) -> None:
    signer = await with_key(world, key="rsa", token_endpoint_auth_signing_alg="RS256")
    assert_let_in(await ask(world, signer.form(world.time())))
    await world.change_client("rp-k", token_endpoint_auth_signing_alg="PS256")
    registered = "client_assertion: alg must be PS256, which is registered"
    assert_refused(await ask(world, signer.form(world.time())), registered)
    secret = str((await world.client("rp-c", jwks=signer.jwks)).client_secret)
    assert_refused(await ask(world, Signer("rp-c", signer.key).form(world.time())))
    assert_refused(await ask(world, carrying(secret_assertion(secret, claims("rp-c", world.time())))))
    signing = await with_secret(world)
    by_body = await ask(world, {"client_id": "rp-s", "client_secret": signing})
    assert_refused(by_body, "this client is registered for client_secret_jwt")
    assert_refused(await ask(world, {"client_id": "rp-k"}))


async def test_the_type_is_asked_of_city_clients_unless_they_are_registered_without(world: World) -> None:
    signer = await with_key(world)
    untyped = await ask(world, carrying(signer.assertion(world.time(), header={"typ": "JWT"})))
    assert_refused(untyped, "client_assertion: typ must be client-authentication+jwt")
    spelled: dict[str, object] = {"typ": "application/client-authentication+jwt"}  # RFC 7515 §4.1.9
    assert_let_in(await ask(world, carrying(signer.assertion(world.time(), header=spelled))))
    await world.change_client("rp-k", require_assertion_typ=False)
    assert_let_in(await ask(world, carrying(signer.assertion(world.time(), header={"typ": "JWT"}))))


async def test_an_unknown_client_is_refused_like_any_other(world: World) -> None:
    assert_refused(await ask(world, Signer("nobody").form(world.time())))
    assert_refused(await ask(world, carrying(secret_assertion("s" * 40, claims("nobody", world.time())))))


@pytest.mark.network
async def test_a_new_key_at_the_jwks_uri_is_found_at_once(template: Path, tmp_path: Path) -> None:
    """OpenID Connect Core §10.1.1; PROTOCOL rule 23."""
    async with (
        jwks_server() as server,
        open_world(template, tmp_path, loopback_origins=(server.peer.origin,)) as world,
    ):
        await world.client("rp-k", token_endpoint_auth_method="private_key_jwt", jwks_uri=server.uri)
        assert_let_in(await ask(world, Signer("rp-k").form(world.time())))
        server.jwks = {"keys": [keys()["rsa"].jwk]}
        world.time.move(seconds=60)
        assert_let_in(await ask(world, Signer("rp-k", keys()["rsa"]).form(world.time())))
        assert_refused(await ask(world, Signer("rp-k").form(world.time())))


@pytest.mark.network
async def test_a_server_of_keys_that_is_away_is_a_failed_proof_and_no_fault(
    template: Path, tmp_path: Path
) -> None:
    async with (
        jwks_server() as server,
        open_world(template, tmp_path, loopback_origins=(server.peer.origin,)) as world,
    ):
        await world.client("rp-k", token_endpoint_auth_method="private_key_jwt", jwks_uri=server.uri)
        server.status = 500
        answers = [await ask(world, Signer("rp-k").form(world.time())) for _ in range(10)]
        for answer in answers:
            assert_refused(answer)
        assert server.asked == 1


@pytest.mark.parametrize("method", METHODS)
async def test_every_method_that_discovery_promises_works(world: World, method: str) -> None:
    discovered = (await world.http.get("/.well-known/openid-configuration")).json()
    assert method in discovered["token_endpoint_auth_methods_supported"]
    key = keys()["p256"]
    rp = await world.client(
        profile=Profile.OIDC,
        token_endpoint_auth_method=method,
        jwks=json.dumps({"keys": [key.jwk]}) if method == "private_key_jwt" else None,
    )
    secret, said = rp.client_secret or "x" * 40, claims("rp-c", world.time())
    proofs: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "client_secret_basic": ({}, {"authorization": "Basic " + _pair(secret)}),
        "client_secret_post": ({"client_id": "rp-c", "client_secret": secret}, {}),
        "client_secret_jwt": (carrying(secret_assertion(secret, said)), {}),
        "private_key_jwt": (carrying(key.token(said)), {}),
        "none": ({"client_id": "rp-c"}, {}),
    }
    for other, (proof, headers) in proofs.items():
        answer = await ask(world, proof, headers)
        if other == method:
            assert_let_in(answer)
        elif other in {"client_secret_basic", "client_secret_post"} and rp.client_secret:
            assert_refused(answer, f"this client is registered for {method}")
        else:
            assert_refused(answer)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"aud": f"{ISSUER}/token"}, "aud must be the issuer alone, as one string"),
        ({"aud": f"{ISSUER}/"}, "aud must be the issuer alone, as one string"),
        ({"aud": [ISSUER]}, "aud must be the issuer alone, as one string"),
        ({"exp": -60}, "the token has expired"),
        ({"iat": 120}, "iat is in the future"),
        ({"exp": 3600}, "exp is more than ten minutes ahead"),
        ({"exp": ABSENT}, "exp is missing"),
        ({"jti": ABSENT}, "jti is missing or malformed"),
    ],
)
async def test_who_holds_the_key_is_told_what_is_wrong_and_who_does_not_is_not(
    world: World, changes: dict[str, Any], told: str
) -> None:
    signer = await with_key(world)
    assert_refused(await ask(world, signer.form(world.time(), **changes)), f"client_assertion: {told}")
    assert_refused(await ask(world, Signer("rp-k", keys()["rsa"]).form(world.time(), **changes)))


def _pair(secret: str) -> str:
    return base64.b64encode(f"rp-c:{secret}".encode()).decode()


async def test_every_algorithm_that_discovery_promises_works(world: World) -> None:
    discovered = (await world.http.get("/.well-known/openid-configuration")).json()
    promised = set(discovered["token_endpoint_auth_signing_alg_values_supported"])
    signer = await with_key(world)
    used = set()
    for key in keys().values():
        await world.change_client("rp-k", jwks=Signer("rp-k", key).jwks)
        for alg in promised - {"HS256"}:
            if _fits(key.alg, alg):
                said = claims("rp-k", world.time())
                token = _signed(key, said, alg)
                assert_let_in(await ask(world, {"client_assertion_type": TYPE, "client_assertion": token}))
                used.add(alg)
    assert used == promised - {"HS256"}  # HS256: test_a_client_signs_with_its_secret
    assert signer.client_id == "rp-k"


def _fits(own: str, alg: str) -> bool:
    kinds = {"RS256": {"RS256", "PS256", "PS384", "PS512"}, "EdDSA": {"EdDSA", "Ed25519"}}
    return alg in kinds.get(own, {own})


def _signed(key: ForgedKey, said: dict[str, Any], alg: str) -> str:
    message = unsigned({"alg": alg, "kid": key.kid, "typ": "client-authentication+jwt"}, said)
    return f"{message}.{b64(key.signature(message.encode(), alg))}"
