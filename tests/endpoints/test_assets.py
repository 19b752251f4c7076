"""Styles, scripts and icons while a release is changed: one node's pages name what the next node has not."""

import pytest

from idp.ui.static import STATIC
from tests.world import World


@pytest.mark.parametrize("path", STATIC)
async def test_a_file_named_by_another_release_is_ours_and_nobody_keeps_it(world: World, path: str) -> None:
    stem, _digest, extension = path.rsplit(".", 2)
    ours, other = await world.http.get(path), await world.http.get(f"{stem}.00000000.{extension}")
    assert (other.status_code, other.content) == (200, ours.content)
    assert other.headers["content-type"] == ours.headers["content-type"]
    assert "immutable" in ours.headers["cache-control"]
    assert other.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "hpid.css",
        "hpid.0000000.css",
        "hpid.00000000.js.map",
        "other.00000000.css",
        "HPID.00000000.css",
        "a/b",
    ],
)
async def test_any_other_name_is_not_there(world: World, name: str) -> None:
    assert (await world.http.get(f"/static/{name}")).status_code == 404
