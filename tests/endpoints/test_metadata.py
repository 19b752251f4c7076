"""Discovery and the JWK Set – OpenID Connect Discovery §3–4, RFC 8414, RFC 7517 §5; health for supervisors."""

import json
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from idp.database import Done
from idp.transaction import Tx
from keys.keyring import new_record
from keys.rotation import next_rotation
from tests.world import World, open_world

DOCUMENTS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
MEMBERS_REQUIRED = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
}


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_discovery_names_this_issuer_and_holds_what_is_required(world: World, path: str) -> None:  # §3
    response = await world.http.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "public, max-age=300"
    document = response.json()
    assert document["issuer"] == world.issuer
    assert document.keys() >= MEMBERS_REQUIRED
    assert "none" not in document["id_token_signing_alg_values_supported"]


async def test_discovery_promises_only_what_answers(world: World) -> None:  # DESIGN 5.22
    document = (await world.http.get(DOCUMENTS[0])).json()
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")):
            parts = urlsplit(value)
            assert f"{parts.scheme}://{parts.netloc}" == world.issuer
            response = await world.http.get(parts.path)
            assert response.status_code != 404, name
    for method in ("implicit", "password", "urn:ietf:params:oauth:grant-type:jwt-bearer"):
        assert method not in document["grant_types_supported"]
    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert {"registration_endpoint", "check_session_iframe"}.isdisjoint(document)


async def rotate(world: World, alg: str) -> str:
    """Make a new key of this algorithm as `hpid keys rotate` does; return its kid."""
    record = new_record(world.provider.vault, alg, world.time())

    def announce(tx: Tx) -> Done[None]:
        known = tuple(one for one in tx.signing_keys.all() if one.alg == alg)
        tx.signing_keys.apply(
            next_rotation(
                known,
                alg=alg,
                new=record,
                now=world.time(),
                publish_for=world.provider.settings.life.key_publish,
                keep_for=timedelta(hours=1),
            )
        )
        tx.configuration.raise_version()
        return Done(None)

    await world.write(announce)
    return record.kid


async def test_discovery_names_an_algorithm_once_a_key_of_it_signs(world: World) -> None:
    name = "id_token_signing_alg_values_supported"
    assert (await world.http.get(DOCUMENTS[0])).json()[name] == ["ES256"]
    await rotate(world, "RS256")
    assert (await world.http.get(DOCUMENTS[0])).json()[name] == ["ES256", "RS256"]


async def test_a_key_is_published_before_it_signs_and_as_long_as_its_tokens_live(
    world: World,
) -> None:  # rule 22
    async def published() -> set[str]:
        return {key["kid"] for key in (await world.http.get("/jwks")).json()["keys"]}

    rp = await world.client()
    alice = await world.visitor(rp)
    (old,) = await published()
    new = await rotate(world, "ES256")
    assert await published() == {old, new}
    before = (await world.tokens(rp, alice))["id_token"]
    world.time.move(minutes=10)
    after = (await world.tokens(rp, alice))["id_token"]
    assert [json.loads(b64decode(token.split(".")[0] + "=="))["kid"] for token in (before, after)] == [
        old,
        new,
    ]
    assert await published() == {old, new}
    assert await rp.verify(world.http, before)


async def test_the_keys_are_public_distinct_and_cacheable(world: World) -> None:  # rule 1, RFC 7517 §5
    response = await world.http.get("/jwks")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "public, max-age=300"
    keys = response.json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) > 0
    for key in keys:
        assert key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"}


@pytest.mark.parametrize(
    "path", [*DOCUMENTS, "/jwks", "/health/live", "/health/ready", "/authorize", "/help"]
)
async def test_head_is_get_without_the_body(world: World, path: str) -> None:  # RFC 9110 §9.3.2
    got, head = await world.http.get(path), await world.http.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    varying = {"set-cookie", "content-length"}  # a page's reference has a length of its own
    assert {name: value for name, value in head.headers.items() if name not in varying} == {
        name: value for name, value in got.headers.items() if name not in varying
    }


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (DOCUMENTS[0], "GET"),
        (DOCUMENTS[1], "GET"),
        ("/jwks", "GET"),
        ("/health/live", "GET"),
        ("/health/ready", "GET"),
        ("/token", "POST"),
        ("/authorize", "GET, POST"),
        ("/authorize/resume", "GET"),
        ("/userinfo", "GET, POST"),
        ("/end_session", "GET, POST"),
        ("/upstream/national/callback", "GET"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    world: World, path: str, methods: str
) -> None:  # RFC 9110 §15.5.6
    allowed = methods.split(", ")
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"} - set(allowed):
        response = await world.http.request(method, path)
        assert response.status_code == 405, method
        assert response.headers["allow"] == methods
        assert response.headers["cache-control"] == "no-store"


async def test_health_says_up_and_ready_and_nothing_else(world: World) -> None:
    live, ready = await world.http.get("/health/live"), await world.http.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "up"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert live.headers["cache-control"] == ready.headers["cache-control"] == "no-store"


async def test_without_a_key_that_signs_it_is_not_ready(template: Path, tmp_path: Path) -> None:
    async with open_world(template, tmp_path, with_keys=False) as world:
        response = await world.http.get("/health/ready")
        assert response.status_code == 503
        rp = await world.client()
        alice = await world.visitor(rp)
        code = await alice.code(rp)
        refused = await rp.redeem(world.http, code)
        assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
        assert refused.headers["retry-after"]
        await world.add_keys()
        assert (await rp.redeem(world.http, code)).status_code == 200, "nothing was spent"


async def test_without_a_database_it_lives_but_is_not_ready(template: Path, tmp_path: Path) -> None:
    async with open_world(template, tmp_path) as world:
        await world.provider.database.close()
        assert (await world.http.get("/health/live")).status_code == 200
        ready = await world.http.get("/health/ready")
        assert ready.status_code == 503
        assert ready.headers["retry-after"]
        for path in (*DOCUMENTS, "/jwks"):
            assert (await world.http.get(path)).status_code == 200, "prepared answers go on"
