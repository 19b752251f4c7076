"""Every flow of a citizen, its steps in any order: nothing is written without all gates (SECURITY E07)."""

import os
from collections.abc import Iterator

import pytest

from tests.flows.holes import HOLES, dug
from tests.flows.machine import draw
from tests.flows.player import Step, WrongStep
from tests.flows.players import Players, shorten
from tests.flows.trials import TRIALS, trial

SEQUENCES = int(os.environ.get("FLOW_SEQUENCES", "2"))
RULES = 8
"""Few: the proof plays thousands of steps (tests/proof/flows.py)."""


@pytest.fixture(scope="module")
def players(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Players]:
    players = Players(tmp_path_factory.mktemp("city"))
    yield players
    players.close()


def test_no_order_of_steps_writes_anything_without_its_gates(players: Players) -> None:
    for steps in draw(SEQUENCES, rules=RULES):
        players.play(steps)
    assert players.sequences >= SEQUENCES
    assert players.done["sessions insert"]


@pytest.mark.parametrize("name", HOLES)
def test_a_hole_is_found(players: Players, name: str) -> None:
    hole = HOLES[name]
    steps = TRIALS[hole.trial](0, 0, 0)
    players.play(steps)
    with dug(name), pytest.raises(WrongStep, match=hole.found):
        players.play(steps)


def test_a_finding_says_plainly_which_step_broke_which_gate_and_is_shortened_in_the_time_given(
    players: Players,
) -> None:
    idle: Step = ("wait", 0)
    steps = [idle, *TRIALS["with own app"](0, 0, 0), idle]
    with dug("level-raised"):
        with pytest.raises(WrongStep) as found:
            players.play(steps)
        assert shorten(players, found.value, seconds=0).steps == found.value.steps
        shorter = shorten(players, found.value, seconds=60)
    assert len(shorter.steps) < len(found.value.steps)
    assert idle not in shorter.steps
    step, gate, *_ = str(shorter).splitlines()
    assert step.startswith(f"step {len(shorter.steps)}, `prove 0 3 0`, broke:")
    assert (
        "insert in sessions [] by POST /sign-in/password: haiphong urn:haiphong:acr:high where haiphong"
        in gate
    )


def test_a_seed_draws_the_same_again_and_every_gate_is_tried_in_turn() -> None:
    drawn = draw(len(TRIALS), drawn_with=17, rules=RULES)
    assert drawn == draw(len(TRIALS), drawn_with=17, rules=RULES)
    assert drawn != draw(len(TRIALS), drawn_with=18, rules=RULES)
    for turn, steps in enumerate(drawn):
        tries = [
            trial(turn, browser, who, n) for browser in range(3) for who in range(2) for n in range(1000)
        ]
        assert any(list(steps[: len(one)]) == list(one) for one in tries)
