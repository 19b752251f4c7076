"""Version and time of change say what who asks may see, and nothing of other agencies – RFC 7644 §3.14; SECURITY G04.

Somebody's second post at another agency is no business of the first: neither that it began, nor when it ended.
"""

from datetime import timedelta
from typing import Any

import pytest

from idp.scim.resources import OFFICIAL
from tests.scim.hr import HrSystem, operations, post, user
from tests.world import World

ELSEWHERE = post("H24.10", position="Trưởng phòng")


@pytest.fixture
async def city(world: World) -> HrSystem:
    """The HR system of the whole city."""
    return await HrSystem.of(world, "H24", client_id="hr-city")


def with_posts(*posts: dict[str, Any]) -> dict[str, Any]:
    return {**user(), OFFICIAL: {"posts": list(posts)}}


def since(moment: str) -> str:
    """Return the filter of an HR system that keeps up."""
    return f'meta.lastModified gt "{moment}"'


async def second_post(world: World, city: HrSystem, user_id: str) -> dict[str, Any]:
    world.time.move(minutes=1)
    response = await city.call("PUT", f"/Users/{user_id}", with_posts(post(), ELSEWHERE))
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_a_post_at_another_agency_moves_neither_version_nor_time_where_it_is_not_seen(
    world: World, hr: HrSystem, city: HrSystem
) -> None:
    made = await hr.create()
    seen = await city.read(made["id"])
    now = world.time().isoformat()
    after = await second_post(world, city, made["id"])
    assert await hr.read(made["id"]) == made
    unchanged = await hr.call(
        "GET", f"/Users/{made['id']}", headers={"if-none-match": made["meta"]["version"]}
    )
    assert unchanged.status_code == 304
    assert await hr.found(since(now)) == []
    assert after["meta"]["version"] != seen["meta"]["version"]
    assert after["meta"]["lastModified"] > seen["meta"]["lastModified"]
    assert await city.found(since(now)) == ["CB1"]
    newest = await city.call("GET", "/Users", sortBy="meta.lastModified", sortOrder="descending")
    assert newest.json()["Resources"][0]["id"] == made["id"]
    mine = operations({"op": "replace", "path": "displayName", "value": "Phạm Thị Thu Trang"})
    changed = await hr.call(
        "PATCH", f"/Users/{made['id']}", mine, headers={"if-match": made["meta"]["version"]}
    )
    assert changed.status_code == 200, "what it does not see is no change of what it read"


async def test_its_end_is_not_told_either(world: World, hr: HrSystem, city: HrSystem) -> None:
    made = await hr.create()
    await second_post(world, city, made["id"])
    before, now = await hr.read(made["id"]), world.time().isoformat()
    world.time.move(minutes=1)
    ended = await city.call("PUT", f"/Users/{made['id']}", user())
    assert ended.status_code == 200
    assert await hr.read(made["id"]) == before
    assert await hr.found(since(now)) == []
    assert await city.found(since(now)) == ["CB1"]


async def test_its_own_posts_move_both(world: World, hr: HrSystem) -> None:
    made, now = await hr.create(), world.time().isoformat()
    world.time.move(minutes=1)
    promoted = with_posts(post(position="Phó phòng"))
    after = (await hr.call("PUT", f"/Users/{made['id']}", promoted)).json()
    assert after["meta"]["version"] != made["meta"]["version"]
    assert after["meta"]["lastModified"] > made["meta"]["lastModified"]
    assert await hr.found(since(now)) == ["CB1"]


async def test_a_post_that_ended_by_its_last_day_is_another_version(world: World, hr: HrSystem) -> None:
    """Nobody changed anything, and what is told is another: a cache must not go on with the role that ended."""
    last = (world.time() + timedelta(days=1)).date().isoformat()
    made = (await hr.call("POST", "/Users", with_posts(post(validTo=last)))).json()
    version = {"if-none-match": made["meta"]["version"]}
    assert (await hr.call("GET", f"/Users/{made['id']}", headers=version)).status_code == 304
    world.time.move(days=2)
    again = await hr.anew()
    answer = await again.call("GET", f"/Users/{made['id']}", headers=version)
    assert answer.status_code == 200
    assert "posts" not in answer.json().get(OFFICIAL, {})
