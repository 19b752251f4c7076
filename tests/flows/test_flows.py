"""Every flow of a citizen, its steps in any order: nothing is written without all gates (SECURITY E07)."""

import os
from collections.abc import Iterator

import pytest

from tests.flows.holes import HOLES, dug
from tests.flows.machine import Players, flow

SEQUENCES = int(os.environ.get("FLOW_SEQUENCES", "2"))
RULES = 8
"""Few: the proof plays thousands of steps (tests/proof/flows.py)."""


@pytest.fixture(scope="module")
def players(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Players]:
    players = Players(tmp_path_factory.mktemp("city"))
    yield players
    players.close()


def test_no_order_of_steps_writes_anything_without_its_gates(players: Players) -> None:
    before = players.sequences
    flow(players, sequences=SEQUENCES, rules=RULES, shrinks=False)
    assert players.sequences - before >= SEQUENCES
    assert players.done["sessions insert"]


@pytest.mark.parametrize("name", HOLES)
def test_a_hole_is_found(players: Players, name: str) -> None:
    players.play(HOLES[name].steps)
    with dug(name), pytest.raises(AssertionError, match=HOLES[name].found):
        players.play(HOLES[name].steps)
