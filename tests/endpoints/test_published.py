"""Discovery and keys: whoever has them is told so in few bytes – RFC 9110 §8.8.3, §13.1.2, §15.4.5."""

import pytest

from tests.world import World

PATHS = ("/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


@pytest.mark.parametrize("path", PATHS)
async def test_who_has_a_document_is_told_that_it_is_the_same(world: World, path: str) -> None:
    full = await world.http.get(path)
    etag = full.headers["etag"]
    assert full.status_code == 200
    assert full.headers["cache-control"].startswith("public, max-age=")
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await world.http.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert "content-length" not in again.headers
        assert again.headers["cache-control"] == full.headers["cache-control"]
    changed = await world.http.get(path, headers={"if-none-match": '"other"'})
    assert (changed.status_code, changed.content) == (200, full.content)


async def test_another_key_is_another_document_at_once(world: World) -> None:
    before = await world.http.get("/jwks")
    await world.add_keys("RS256")
    after = await world.http.get("/jwks", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert len(after.json()["keys"]) == len(before.json()["keys"]) + 1
    offered = (await world.http.get(PATHS[1])).json()["id_token_signing_alg_values_supported"]
    assert set(offered) == {"ES256", "RS256"}
