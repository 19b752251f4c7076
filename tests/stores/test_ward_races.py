"""A child's account is locked, or a consent about them taken back, in the moment in which a parent acts for them.

PostgreSQL, READ COMMITTED: whoever changes what a ward is holds the ward's row, and no code is issued past that.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from idp.consents.service import withdraw
from idp.database import Done
from idp.ids import ClientId, PersonId
from idp.life_events.model import Ground
from idp.life_events.service.standing import open_ground
from idp.transaction import Tx
from tests.endpoints.test_contexts import Family, choose, family
from tests.world import World

__all__ = ["family"]
Change = Callable[[Tx, PersonId, Family, World], Any]


def _lock(tx: Tx, child: PersonId, _: Family, world: World) -> None:
    open_ground(tx, child, Ground.REQUEST, "letter", actor="test", occasion=world.occasion)


def _take_back(tx: Tx, child: PersonId, family: Family, world: World) -> None:
    withdraw(tx, child, ClientId(family.rp.client_id), actor="test", occasion=world.occasion)


@pytest.mark.parametrize("change", [_lock, _take_back])
async def test_nothing_is_issued_for_a_ward_past_what_is_changing(
    world: World, family: Family, change: Change
) -> None:
    child = family.child.person_id
    page = await choose(family, "Nguyễn Gia Bảo")
    while page.left_for is None:
        page = await family.browser.press(page, "allow")
    begun = asyncio.Event()

    def change_slowly(tx: Tx) -> Done[None]:
        tx.people.lock(child)
        change(tx, child, family, world)
        begun.set()
        tx.connection.execute(text("SELECT pg_sleep(0.5)"))
        return Done(None)

    changing = asyncio.create_task(world.provider.database.transact(change_slowly))
    await begun.wait()
    page = await family.browser.get(family.rp.authorize_url(scope="openid profile offline_access"))
    await changing
    if page.left_for is not None and "code" in page.answer:
        redeemed = await family.rp.redeem(world.http, page.answer["code"])
        assert redeemed.status_code == 400, redeemed.text
