"""Sequences of steps through every flow of a citizen, drawn by Hypothesis.

Each begins with a try at a gate, in turn, and with something done and undone, in turn; what follows is up to chance. They
are drawn first and played later (players.py): that something broke changes nothing of what is drawn, and nothing is drawn
again to find a shorter one.
"""

from collections.abc import Sequence
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.flows.errands import ERRANDS
from tests.flows.hand import HONEST, MISTYPES
from tests.flows.player import BROWSERS, Step
from tests.flows.routes import (
    A_WEEK,
    BY_MAIL,
    BY_PAPER,
    CLOSE,
    OPEN_AGAIN,
    RECOVER,
    UNDOING,
    appointed,
    begun_anew,
    disturbances,
    equipped,
    errand_of,
    opened_by_mail,
    sign_in_at,
    undone,
)
from tests.flows.scene import PERSONAS
from tests.flows.trials import TRIALS, trial

RULES = 20
"""Of a sequence; most make several steps."""
_browser, _who = st.integers(0, BROWSERS - 1), st.integers(0, len(PERSONAS) - 1)
_near = st.sampled_from((0, 0, 0, 1, 2))  # two browsers are at one place
_mostly_low = st.sampled_from((0, 0, 1, 2))
_able = st.integers(0, 1)  # of the level that opens an account
_own_way = st.sampled_from((1, 2, 3, 3, 3, 4))
_undoing = st.integers(0, len(UNDOING) - 1)
_trial = st.integers(0, len(TRIALS) - 1)
_errand = st.integers(0, len(ERRANDS) - 1)
_few, _n, _way, _tab = st.integers(0, 3), st.integers(0, 999), st.integers(0, 6), st.integers(0, 9)


class Flowing(RuleBasedStateMachine):
    """Rules note what is to happen."""

    drawn: ClassVar[list[tuple[Step, ...]]]
    """The sequences before this one."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    @initialize(browser=_browser, who=_able, n=_n)
    def begin(self, browser: int, who: int, n: int) -> None:
        turn = len(self.drawn)
        self.steps += trial(turn, browser, who, n)
        self.steps += undone(browser + 1, 1 - who, turn % len(UNDOING), 0, HONEST[n % len(HONEST)])

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

    @rule(browser=_browser, who=_who, which=_errand, n=_n)
    def run_an_errand(self, browser: int, who: int, which: int, n: int) -> None:
        self.steps += errand_of(browser, who, which, n)

    @rule(browser=_browser, who=_who, which=_errand, meanwhile=_few, n=_n)
    def be_disturbed(self, browser: int, who: int, which: int, meanwhile: int, n: int) -> None:
        walk, *rest = errand_of(browser, who, which, n)
        self.steps += [walk, *disturbances(browser, who)[meanwhile], *rest]

    @rule(browser=_browser, who=_who, which=_errand, twist=_n, n=_n)
    def tamper(self, browser: int, who: int, which: int, twist: int, n: int) -> None:
        self.steps += errand_of(browser, who, which, n, twist=twist)

    @rule(which=_trial, browser=_browser, who=_able, n=_n)
    def try_a_gate(self, which: int, browser: int, who: int, n: int) -> None:
        self.steps += trial(which, browser, who, n)

    @rule(browser=_browser, who=_who, which=_errand, lost=_n, n=_n)
    def recover_and(self, browser: int, who: int, which: int, lost: int, n: int) -> None:
        self.steps += [*errand_of(browser, who, RECOVER, lost), *errand_of(browser, who, which, n)]

    @rule(browser=_browser, service=_few, who=_who, way=_way, n=_n)
    def use(self, browser: int, service: int, who: int, way: int, n: int) -> None:
        self.steps += sign_in_at(browser, service, who, way, n)

    @rule(browser=_browser, who=_who, way=_way, n=_n)
    def use_and_agree(self, browser: int, who: int, way: int, n: int) -> None:
        self.steps += [*sign_in_at(browser, 0, who, way, n), ("agree", 0, n)]

    @rule(browser=_browser, who=_able, way=_own_way, n=_n)
    def equip_and_use(self, browser: int, who: int, way: int, n: int) -> None:
        self.steps += equipped(browser, who, way)
        self.steps += [("begin_anew", browser + 1), *sign_in_at(browser + 1, 0, who, way, n)]
        self.steps += [("begin_anew", browser + 2), *sign_in_at(browser + 2, 0, who, way, n + 1)]

    @rule(browser=_browser, who=_who, n=_n)
    def open_by_mail(self, browser: int, who: int, n: int) -> None:
        self.steps += opened_by_mail(browser, who, n)

    @rule(browser=_near, who=_able, service=_mostly_low, n=_n)
    def by_phone(self, browser: int, who: int, service: int, n: int) -> None:
        phone = browser + 1
        self.steps += [("begin_anew", browser), *begun_anew(phone, who), ("sign_in", phone, who, 0)]
        self.steps += [("show_code", browser, service), ("scan", phone, who, MISTYPES if n % 2 == 0 else n)]
        self.steps.append(("take_answer", browser))

    @rule(browser=_browser, to=_who, says=_few)
    def appoint(self, browser: int, to: int, says: int) -> None:
        self.steps += appointed(browser, to, says)

    @rule(browser=_browser, who=_who, n=_n)
    def be_proved_at_a_desk(self, browser: int, who: int, n: int) -> None:
        self.steps += [("be_proved_at_a_desk", who), *errand_of(browser, who, BY_PAPER, n)]

    @rule(browser=_browser, who=_who, n=_n)
    def get_a_mail(self, browser: int, who: int, n: int) -> None:
        again = errand_of(browser, who, OPEN_AGAIN, 0) if n % 2 else ()
        self.steps += [("get_a_mail", who), *errand_of(browser, who, BY_MAIL, n), *again]

    @rule(browser=_browser, who=_who, is_patient=st.booleans())
    def close(self, browser: int, who: int, is_patient: bool) -> None:
        self.steps += [*errand_of(browser, who, CLOSE, 0), ("wait", A_WEEK if is_patient else 1), ("work",)]

    @rule(browser=_browser, who=_able, which=_undoing, n=_n)
    def undo_as_it_is(self, browser: int, who: int, which: int, n: int) -> None:
        self.steps += undone(browser, who, which, 0, n)

    @rule(browser=_browser, who=_who, which=_undoing, twist=_n, n=_n)
    def undo(self, browser: int, who: int, which: int, twist: int, n: int) -> None:
        self.steps += undone(browser, who, which, twist, n)

    @rule(browser=_browser, who=_who)
    def unlock(self, browser: int, who: int) -> None:
        self.steps += errand_of(browser, who, OPEN_AGAIN, 0)

    @rule()
    def work(self) -> None:
        self.steps.append(("work",))

    @rule(tab=_few, n=_n)
    def agree(self, tab: int, n: int) -> None:
        self.steps.append(("agree", tab, n))

    def teardown(self) -> None:
        type(self).drawn.append(tuple(self.steps))


def draw(sequences: int, *, drawn_with: int | None = None, rules: int = RULES) -> Sequence[Sequence[Step]]:
    """Return so many sequences that differ from each other; a seed always gives the same."""

    class Here(Flowing):
        drawn: ClassVar[list[tuple[Step, ...]]] = []

    chosen = settings(
        max_examples=sequences,
        stateful_step_count=rules,
        deadline=None,
        database=None,
        derandomize=drawn_with is None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    machine = Here if drawn_with is None else seeded(drawn_with)(Here)
    run_state_machine_as_test(machine, settings=chosen)
    return list(dict.fromkeys(Here.drawn))[:sequences]
