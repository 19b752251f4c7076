"""Discovery and keys: whoever has them is told so in few bytes – RFC 9110 §8.8.3, §13.1.2, §15.4.5."""

import pytest

from idp.metrics import REQUEST_SECONDS
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


@pytest.mark.parametrize("path", PATHS)
async def test_by_the_short_way_comes_what_comes_by_the_long_one(world: World, path: str) -> None:
    """A request that asks for the document alone is answered ahead of all else; a query takes it to the endpoint."""
    counted = {labels: sum(row[:-1]) for labels, row in REQUEST_SECONDS.series().items()}
    short, long = await world.http.get(path), await world.http.get(f"{path}?all=1")
    assert (short.status_code, short.content) == (long.status_code, long.content)
    assert short.headers.raw == long.headers.raw
    after = sum(REQUEST_SECONDS.series()[path, "2xx"][:-1])
    assert after - counted.get((path, "2xx"), 0) == 2


async def test_by_the_short_way_too_large_headers_are_refused(world: World) -> None:
    for path in PATHS:
        assert (await world.http.get(path, headers={"x-much": "x" * 17_000})).status_code == 431


@pytest.mark.parametrize("path", PATHS)
async def test_what_all_are_told_alike_leaves_no_line_and_all_else_does(
    world: World, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every program asks for keys and metadata all day: they are counted; whatever more is asked, or refused, is told."""
    caplog.set_level("INFO", logger="hpid.access")
    etag = (await world.http.get(path)).headers["etag"]
    assert not caplog.records
    await world.http.get(path, headers={"if-none-match": etag})
    await world.http.get(path, headers={"x-much": "x" * 17_000})
    await world.http.post(path)
    lines = [record.__dict__["hpid"] for record in caplog.records if record.name == "hpid.access"]
    assert [(line["path"], line["status"]) for line in lines] == [(path, 304), (path, 431), (path, 405)]
