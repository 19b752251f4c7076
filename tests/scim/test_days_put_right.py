"""Days of a post that HR puts right hold for what was granted under it before – DESIGN 5.5; SECURITY B10."""

from datetime import datetime, time, timedelta
from typing import Any

from idp.days import VIETNAM_TIME
from idp.officials.jobs import close_posts
from idp.scim.resources import OFFICIAL
from tests.driver import Browser, RelyingParty, b64decode_json
from tests.scim.hr import HrSystem, operations, post
from tests.scim.test_leaver import alive, at_work
from tests.scim.test_services_told import told
from tests.world import World

ELSEWHERE = post("H24.08.1", roles=["leader"])


def posts(*stated: dict[str, Any]) -> dict[str, Any]:
    return operations({"op": "replace", "path": f"{OFFICIAL}:posts", "value": list(stated)})


async def until_midnight(world: World, rp: RelyingParty, browser: Browser, tokens: dict[str, Any]) -> None:
    """Use the service until two minutes before the next day, then let two pass."""
    today = world.time().astimezone(VIETNAM_TIME).date()
    midnight = datetime.combine(today + timedelta(days=1), time(), VIETNAM_TIME)
    while world.time() < midnight - timedelta(minutes=4):
        step = min(timedelta(minutes=20), midnight - timedelta(minutes=2) - world.time())
        world.time.move(seconds=step.total_seconds())
        assert "refresh" in await alive(world, rp, browser, tokens)
    world.time.move(seconds=120)


async def in_the_evening(world: World, hr: HrSystem) -> HrSystem:
    world.time.move(hours=10)
    return await hr.anew()


async def test_a_last_day_that_is_set_later_ends_what_was_granted_whether_a_job_runs_or_not(
    world: World, hr: HrSystem
) -> None:
    hr = await in_the_evening(world, hr)
    official_id, rp, browser, tokens = await at_work(world, hr, "ends", "031194990051")
    changed = posts(post(validTo=world.time().date().isoformat()), ELSEWHERE)
    assert (await hr.call("PATCH", f"/Users/{official_id}", changed)).status_code == 200
    await until_midnight(world, rp, browser, tokens)
    assert {"userinfo", "introspection", "refresh"}.isdisjoint(await alive(world, rp, browser, tokens))


async def test_a_service_hears_of_a_last_day_though_expired_grants_are_erased_first(
    world: World, hr: HrSystem
) -> None:
    hr = await in_the_evening(world, hr)
    today = world.time().date().isoformat()
    official_id, rp, browser, tokens = await at_work(world, hr, "term", "031194990053", validTo=today)
    await world.change_client(rp.client_id, backchannel_logout_uri="https://egov-term.example/logout")
    changed = posts(post(validTo=today), ELSEWHERE)
    assert (await hr.call("PATCH", f"/Users/{official_id}", changed)).status_code == 200
    await until_midnight(world, rp, browser, tokens)
    world.time.move(seconds=10)
    await world.clean_up()
    await close_posts(world.provider.database, world.occasion)
    assert await told(world, rp) == [b64decode_json(tokens["id_token"].split(".")[1])["sid"]]


async def test_a_first_day_that_is_still_to_come_ends_what_was_granted_before_it(
    world: World, hr: HrSystem
) -> None:
    official_id, rp, browser, tokens = await at_work(world, hr, "begins", "031194990052")
    soon = world.time().date() + timedelta(days=2)
    changed = posts(post(validFrom=soon.isoformat()), ELSEWHERE)
    assert (await hr.call("PATCH", f"/Users/{official_id}", changed)).status_code == 200
    assert {"userinfo", "introspection", "refresh"}.isdisjoint(await alive(world, rp, browser, tokens))
