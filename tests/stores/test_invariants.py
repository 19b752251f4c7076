"""A few sequences of life in a small city on both engines: after every step every invariant holds (tests/invariants.py).

The whole of it is `scripts/proof life` and `life_on_postgresql`.
"""

import asyncio
from typing import Any

import pytest

from idp.clock import Clock
from idp.database import Database
from idp.people.model import PersonStatus
from idp.transaction import Tx
from keys.envelope import Vault
from tests.invariants import INVARIANTS, broken
from tests.life_events.living import Player, live, running_loop
from tests.life_events.scene import make_scene
from tests.stores.samples import NOW, do, see

SEQUENCES = 12


def test_after_every_step_every_invariant_holds(database_url: str, vault: Vault) -> None:
    with running_loop() as loop:
        clock = Clock(lambda: NOW)
        database: Database[Any] = Database(database_url, Tx.unit(vault, clock), clock=clock)
        asyncio.run_coroutine_threadsafe(database.open(), loop).result()
        try:
            player = Player(database, loop)
            live(player, sequences=SEQUENCES)
        finally:
            asyncio.run_coroutine_threadsafe(database.close(), loop).result()
    assert player.sequences >= SEQUENCES


async def test_what_breaks_an_invariant_is_noticed(database: Database[Any]) -> None:
    scene = await make_scene(database)
    assert await see(database, lambda tx: broken(tx, NOW)) == {}
    await do(
        database, lambda tx: tx.people.set_status(scene.mother.person_id, PersonStatus.DECEASED, "x", NOW)
    )
    wrong = await see(database, lambda tx: broken(tx, NOW))
    assert set(wrong) == {
        "no_session_of_the_dead_or_locked",
        "no_grant_of_the_dead_or_locked",
        "no_mandate_of_or_for_the_dead",
    }


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda one: one.__name__)
def test_every_invariant_says_what_it_is(invariant: Any) -> None:
    assert invariant.__doc__
