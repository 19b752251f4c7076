"""A few sequences of life in a small city on both engines: after every step every invariant holds (tests/invariants.py).

The whole of it is `scripts/proof life` and `life_on_postgresql`.
"""

import asyncio
from collections.abc import Iterator
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


@pytest.fixture
def player(database_url: str, vault: Vault) -> Iterator[Player]:
    """Somebody who plays lives on a database of this engine."""
    with running_loop() as loop:
        clock = Clock(lambda: NOW)
        database: Database[Any] = Database(database_url, Tx.unit(vault, clock), clock=clock)
        asyncio.run_coroutine_threadsafe(database.open(), loop).result()
        try:
            yield Player(database, loop)
        finally:
            asyncio.run_coroutine_threadsafe(database.close(), loop).result()


def test_after_every_step_every_invariant_holds(player: Player) -> None:
    live(player, sequences=SEQUENCES)
    assert player.sequences >= SEQUENCES


def test_a_child_s_mandates_that_a_split_gives_to_somebody_of_age_end(player: Player) -> None:
    for corrected in range(12):  # to birth dates of somebody of age, and of a child
        for parents in (1, 2, 4):
            player.play(
                [
                    ("merge", 2, 0),
                    ("event_of_a_person", 432, 0, corrected, 0),
                    ("event_of_a_person", 49, 0, parents, 0),
                    ("split_again", 0, 0),
                ]
            )
    assert player.sequences == 36


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
