"""Sequences of steps through every flow of a citizen, drawn by Hypothesis, each played in its own copy of the city."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.federation.national_driver import National
from tests.flows.player import BROWSERS, Player, Step
from tests.flows.scene import PERSONAS, make_template, open_scene

MOST_STEPS = 30
_browser, _who = st.integers(0, BROWSERS - 1), st.integers(0, len(PERSONAS) - 1)
_few, _n, _way, _tab = st.integers(0, 3), st.integers(0, 999), st.integers(0, 5), st.integers(0, 9)


class Flowing(RuleBasedStateMachine):
    """Rules note what is to happen; when the sequence ends it is played."""

    players: "Players"

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.length = MOST_STEPS

    @initialize(length=st.integers(4, MOST_STEPS))
    def begin(self, length: int) -> None:
        self.length = length

    @rule(browser=_browser, place=_n, asked=_n)
    def open(self, browser: int, place: int, asked: int) -> None:
        self.steps.append(("open", browser, place, asked))

    @rule(tab=_tab, button=_few, who=_who, twist=_n, n=_n)
    def press(self, tab: int, button: int, who: int, twist: int, n: int) -> None:
        self.steps.append(("press", tab, button, who, twist, n))

    @rule(tab=_tab, button=_few, who=_who, twist=_n, n=_n)
    def press_again(self, tab: int, button: int, who: int, twist: int, n: int) -> None:
        self.steps.append(("press", tab, button, who, twist, n))

    @rule(door=_few, who=_who, how=_few)
    def travel(self, door: int, who: int, how: int) -> None:
        self.steps.append(("travel", door, who, how))

    @rule(browser=_browser, which=_few)
    def come_again(self, browser: int, which: int) -> None:
        self.steps.append(("come_again", browser, which))

    @rule(which=_n)
    def wait(self, which: int) -> None:
        self.steps.append(("wait", which))

    @rule(thief=_browser, owner=_browser, which=_n)
    def steal(self, thief: int, owner: int, which: int) -> None:
        self.steps.append(("steal", thief, owner, which))

    @rule(browser=_browser, who=_who, place=_n)
    def sign_in(self, browser: int, who: int, place: int) -> None:
        self.steps.append(("sign_in", browser, who, place))

    @rule(browser=_browser, who=_who, place=_n, n=_n)
    def do(self, browser: int, who: int, place: int, n: int) -> None:
        self.steps.append(("do", browser, who, place, n))

    @rule(browser=_browser, who=_who, place=_n, n=_n)
    def do_more(self, browser: int, who: int, place: int, n: int) -> None:
        self.steps.append(("do", browser, who, place, n))

    @rule(browser=_browser, service=_few, who=_who, way=_way, n=_n)
    def use(self, browser: int, service: int, who: int, way: int, n: int) -> None:
        self.steps.append(("use", browser, service, who, way, n))

    @rule(browser=_browser, who=_who, way=_way, n=_n)
    def use_and_agree(self, browser: int, who: int, way: int, n: int) -> None:
        self.steps += [("use", browser, 0, who, way, n), ("agree", 0, n)]

    @rule(browser=_browser, who=_who, what=st.integers(1, 15))
    def equip(self, browser: int, who: int, what: int) -> None:
        self.steps.append(("equip", browser, who, what))

    @rule(browser=_browser, who=_who, n=_n)
    def open_by_mail(self, browser: int, who: int, n: int) -> None:
        self.steps.append(("open_by_mail", browser, who, n))

    @rule(browser=_browser, who=_who, service=_few)
    def by_phone(self, browser: int, who: int, service: int) -> None:
        self.steps.append(("by_phone", browser, who, service))

    @rule(browser=_browser, to=_who, says=_few)
    def appoint(self, browser: int, to: int, says: int) -> None:
        self.steps.append(("appoint", browser, to, says))

    @rule(tab=_few, n=_n)
    def agree(self, tab: int, n: int) -> None:
        self.steps.append(("agree", tab, n))

    def teardown(self) -> None:
        type(self).players.play(self.steps[: self.length])


class Players:
    """Plays sequences, and counts what came of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._national: National = self._loop.run_until_complete(make_template(folder))
        self.done: Counter[str] = Counter()
        self.sequences = self.steps = self.requests = 0

    def play(self, steps: Sequence[Step]) -> None:
        """Play a sequence; AssertionError with what broke after which step."""
        self._loop.run_until_complete(self._play(steps))

    async def _play(self, steps: Sequence[Step]) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder) as own:
            async with open_scene(Path(own), self._national, self._folder) as scene:
                player = Player(scene)
                await player.play(steps)
        self.done += player.watch.done
        self.sequences += 1
        self.steps += len(steps)
        self.requests += player.watch.requests

    def close(self) -> None:
        """End the loop they were played in."""
        self._loop.close()


def flow(players: Players, *, sequences: int, drawn_with: int | None = None, shrinks: bool = True) -> None:
    """Draw and play so many sequences; `shrinks`: look for the shortest that breaks something."""

    class Here(Flowing):
        pass

    Here.players = players
    chosen = settings(
        max_examples=sequences,
        stateful_step_count=MOST_STEPS,
        deadline=None,
        report_multiple_bugs=False,
        database=None,
        derandomize=drawn_with is None,
        phases=tuple(Phase) if shrinks else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    machine = Here if drawn_with is None else seeded(drawn_with)(Here)
    run_state_machine_as_test(machine, settings=chosen)
