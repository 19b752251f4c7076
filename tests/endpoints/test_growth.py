"""What grows by time is bounded: years of use, lived in seconds, leave nothing but what is meant to stay (DESIGN 5.8)."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from idp.database import Done, metadata
from idp.keeping import BATCH, ERASERS
from idp.metrics import JOB_RUNS, ROWS_ALL_ERASED, ROWS_ERASED
from idp.transaction import Tx
from idp.worker import JOBS, work
from tests.driver import RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.registrant import invite
from tests.world import World

STAYS = {
    "audit_events": "the record, whose payloads go by law alone",
    "audit_head": "one row",
    "audit_keys": "a key per person",
    "client_logos": "a row per client",
    "client_secrets": "a few per client",
    "clients": "who is registered",
    "config_version": "one row",
    "consents": "one per person, client and scope: what was agreed to",
    "external_links": "a row per person",
    "links": "one-time links of operators, each spent or expired: by hand, a few in years",
    "passwords": "a row per person",
    "people": "who is known",
    "person_identifiers": "a few per person",
    "registrations": "a row per client",
    "signing_keys": "erased keys stay as names",
    "subjects": "one per person and sector, for ever",
    "totp": "a row per person",
}
"""Table → why its rows stay; every other table is empty once all has expired."""


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
    left = {name: rows for name, rows in after[-1].items() if rows and name not in STAYS}
    assert left == {}
    unseen = metadata.tables.keys() - STAYS.keys() - touched
    assert unseen == {"client_assertions", "upstream_journeys"}  # tests/stores has them


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
    await _run_jobs_once(world)
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
    await _run_jobs_once(world)
    assert (await world.provider.database.read(sizes))["revoked_tokens"] == 0


async def _run_jobs_once(world: World) -> None:
    """Run the worker until each job has had its first turn."""
    working = asyncio.create_task(work(world.provider))
    await asyncio.sleep(0.6)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


def _series(counts: Any, *labels: str) -> int:
    return int(counts.series().get(labels, 0))


def test_each_table_is_either_kept_for_a_reason_or_erased() -> None:
    erased_with_another = {
        "interactions": {"interaction_ends", "password_proofs", "upstream_journeys"},
        "sessions": {"sessions", "session_clients"},
        "deliveries": {"outbox"},
    }
    erased = set().union(*(erased_with_another.get(name, {name}) for name in ERASERS))
    assert erased | STAYS.keys() == metadata.tables.keys()
    assert not erased & STAYS.keys()
