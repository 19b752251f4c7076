"""Client assertions at the endpoints that clients ask directly – RFC 7523, RFC 10070; SECURITY B06, B07."""

import pytest

from tests.assertions import Signer
from tests.world import World

PATHS = ("/introspect", "/revoke")


@pytest.fixture
async def signer(world: World) -> Signer:
    signer = Signer("rp-k")
    await world.client("rp-k", token_endpoint_auth_method="private_key_jwt", jwks=signer.jwks)
    return signer


@pytest.mark.parametrize("path", PATHS)
async def test_an_assertion_proves_its_client_here_too(world: World, signer: Signer, path: str) -> None:
    form = {"token": "junk", **signer.form(world.time())}
    assert (await world.http.post(path, data=form)).status_code == 200
    again = await world.http.post(path, data=form)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client"), (
        "it is spent at any endpoint"
    )


@pytest.mark.parametrize("path", PATHS)
async def test_an_assertion_for_this_address_is_for_nobody(world: World, signer: Signer, path: str) -> None:
    for aud in (world.issuer + path, f"{world.issuer}/token", [world.issuer], f"{world.issuer}/"):
        form = {"token": "junk", **signer.form(world.time(), aud=aud)}
        refused = await world.http.post(path, data=form)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
