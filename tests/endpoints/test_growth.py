"""What grows by time is bounded: years of use, lived in seconds, leave nothing but what is meant to stay (DESIGN 5.8)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from idp.database import Done, metadata
from idp.keeping import BATCH, ERASERS
from idp.metrics import JOB_RUNS, ROWS_ALL_ERASED, ROWS_ERASED
from idp.settings import Lifetimes
from idp.transaction import Tx
from idp.worker import JOBS, work
from tests.driver import RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.registrant import invite
from tests.staying import STAYS
from tests.world import World, open_world


def sizes(tx: Tx) -> dict[str, int]:
    return {
        name: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in metadata.tables.items()
    }


async def live_a_day(world: World, rp: RelyingParty, number: int) -> Mapping[str, int]:
    """Let people come, come back, fail and leave; return how many rows there are in the midst of it."""
    name = f"citizen-{number}"
    person, citizen = await world.citizen(name)
    await world.agree(person.person_id, rp)
    browser = world.browser()
    page = await citizen.sign_in(
        browser, await browser.get(await rp.pushed_url(world.http)), at=world.time().timestamp()
    )
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert tokens.get("access_token"), tokens
    visitor = await world.visitor(rp, f"visitor-{number}")
    offline = await world.tokens(rp, visitor, scope="openid offline_access")
    refreshed = (await rp.refresh(world.http, offline["refresh_token"])).json()
    await rp.back_channel(world.http, "/revoke", token=refreshed["access_token"])
    await visitor.browser.get(rp.authorize_url(prompt="login"))
    await try_password(browser, await password_page(world.browser(), rp), name, "wrong")
    other = world.browser()
    await try_password(other, await password_page(other, rp), "nobody", "wrong")
    await invite(world)
    await rp.push(world.http)  # and never come for it
    asking = await visitor.browser.get("/end_session")
    await visitor.browser.press(asking, "sign-out-here")
    return await world.provider.database.read(sizes)


async def test_years_of_use_leave_only_what_is_meant_to_stay(world: World) -> None:
    rp = await world.client(backchannel_logout_uri="https://rp-c.example/hear")
    after: list[dict[str, int]] = []
    touched: set[str] = set()
    for number in range(2):
        before = await world.provider.database.read(sizes)
        midst = await live_a_day(world, rp, number)
        touched |= {name for name in midst if midst[name] > before[name]}
        world.time.move(days=1, hours=1)
        (bury,) = [job for job in JOBS if job.name == "give up"]
        await bury.run(world.provider)
        world.time.move(days=200)
        while await world.clean_up():
            pass
        after.append(await world.provider.database.read(sizes))
    world.time.move(days=200)  # a browser is known for a year
    while await world.clean_up():
        pass
    after.append(await world.provider.database.read(sizes))
    left = {name: rows for name, rows in after[-1].items() if rows and name not in STAYS}
    assert left == {}
    unseen = metadata.tables.keys() - STAYS.keys() - touched
    of_mandates = {name for name in metadata.tables if name.startswith("mandate")} - STAYS.keys()
    elsewhere = {
        "client_assertions",
        "cases",
        "conflicts",
        "contact_codes",
        "dispute_links",
        "cross_device_sign_ins",
        "desk_cases",
        "data_copies",
        "data_requests",
        "life_applied",
        "life_unresolved",
        "merges",
        "passkey_challenges",
        "passkeys",
        "recovery_holds",
        "session_contexts",
        "sign_in_codes",
        "upstream_journeys",
        "upstream_logouts",
    } | of_mandates
    assert (
        unseen == elsewhere
    )  # tests/stores, life_events, mandates, test_contexts.py, test_passkeys.py, test_cross_device.py, test_recover.py do


async def test_what_is_kept_after_its_end_goes_when_the_settings_say(template: Path, tmp_path: Path) -> None:
    soon = timedelta(minutes=1)
    kept = [name for name in Lifetimes.model_fields if name.endswith("_kept")]
    life = Lifetimes(**dict.fromkeys(kept, soon), delivery=soon, session_absolute=soon, refresh_absolute=soon)
    async with open_world(template, tmp_path, life=life) as world:
        rp = await world.client(backchannel_logout_uri="https://rp-c.example/hear")
        await live_a_day(world, rp, 0)
        world.time.move(minutes=36)  # an interaction, a limit, and what clocks may be apart
        (bury,) = [job for job in JOBS if job.name == "give up"]
        await bury.run(world.provider)
        world.time.move(minutes=2)
        while await world.clean_up():
            pass
        left = await world.provider.database.read(sizes)
    assert {name: rows for name, rows in left.items() if rows and name not in STAYS} == {}


async def test_one_table_that_can_not_be_erased_holds_up_no_other(
    world: World, rp: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is seen in the counts, and the rest goes on."""
    visitor = await world.visitor(rp)
    await visitor.code(rp)
    world.time.move(days=300)

    def broken(tx: Tx, *_: Any) -> int:
        return int(tx.connection.exec_driver_sql("SELECT nothing FROM nowhere").scalar_one())

    monkeypatch.setitem(ERASERS, "codes", broken)
    failed, erased = _series(JOB_RUNS, "erase codes", "failed"), _series(ROWS_ERASED, "grants")

    async def both_had_a_turn() -> bool:
        return _series(JOB_RUNS, "erase codes", "failed") > failed and _series(ROWS_ERASED, "grants") > erased

    await _run_jobs_until(world, both_had_a_turn)
    assert _series(JOB_RUNS, "erase codes", "failed") == failed + 1
    assert _series(ROWS_ERASED, "grants") == erased + 1
    assert ROWS_ALL_ERASED.series()[("grants",)] == world.time().timestamp()


async def test_more_than_a_batch_goes_in_several_and_at_once(world: World) -> None:
    def fill(tx: Tx) -> Done[None]:
        for number in range(BATCH + 20):
            tx.revoked_tokens.add(f"jti-{number}", world.time())
        return Done(None)

    await world.write(fill)
    world.time.move(hours=1)

    async def all_gone() -> bool:
        return (await world.provider.database.read(sizes))["revoked_tokens"] == 0

    await _run_jobs_until(world, all_gone)


async def _run_jobs_until(world: World, is_done: Callable[[], Awaitable[bool]]) -> None:
    """Run the worker until something is done, ten seconds at most."""
    working = asyncio.create_task(work(world.provider))
    for _ in range(200):
        if await is_done():
            break
        await asyncio.sleep(0.05)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


def _series(counts: Any, *labels: str) -> int:
    return int(counts.series().get(labels, 0))


def test_each_table_is_either_kept_for_a_reason_or_erased() -> None:
    erased_with_another = {
        "interactions": {"interaction_ends", "password_proofs", "upstream_journeys"},
        "sessions": {"sessions", "session_clients", "session_contexts"},
        "deliveries": {"outbox"},
    }
    erased = set().union(*(erased_with_another.get(name, {name}) for name in ERASERS))
    assert erased | STAYS.keys() == metadata.tables.keys()
    assert not erased & STAYS.keys()
