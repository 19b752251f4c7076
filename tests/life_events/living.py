"""Sequences of steps in the life of a small city, drawn by Hypothesis; each is played in one transaction and undone."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from idp.database import Database, Done, postgresql
from tests.invariants import broken
from tests.life_events.city import City, make_city, settle
from tests.life_events.life import Life
from tests.life_events.population import step

MOST_STEPS = 30
Step = tuple[Any, ...]
Play = Callable[[Sequence[Step]], None]

_who, _place, _n = st.integers(0, 7), st.integers(0, 5), st.integers(0, 999)
_late = st.sampled_from([0, 0, 0, 1, 5])
_DAYS = st.sampled_from([0, 0, 1, 30, 199, 366, 1200])


class Undo(Exception):
    """Ends the transaction of a sequence, so that the next one finds the city as it was."""


class Living(RuleBasedStateMachine):
    """Rules note what is to happen; when the sequence ends it is played, and every invariant is asked after each step."""

    play: Play

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.length = MOST_STEPS

    @initialize(length=st.integers(4, MOST_STEPS))
    def begin(self, length: int) -> None:
        self.length = length

    @rule(kind=_n, who=_who, n=_n, late=_late)
    def event_of_a_person(self, kind: int, who: int, n: int, late: int) -> None:
        self.steps.append(("event_of_a_person", kind, who, n, late))

    @rule(place=_place, n=_n, late=_late)
    def event_of_an_organisation(self, place: int, n: int, late: int) -> None:
        self.steps.append(("event_of_an_organisation", place, n, late))

    @rule(place=_n)
    def event_again(self, place: int) -> None:
        self.steps.append(("event_again", place))

    @rule(who=_who, level=_place)
    def sign_in(self, who: int, level: int) -> None:
        self.steps.append(("sign_in", who, level))

    @rule(place=_n, choice=_place, n=_n)
    def grant(self, place: int, choice: int, n: int) -> None:
        self.steps.append(("grant", place, choice, n))

    @rule(who=_who, level=_place, choice=_place, n=_n)
    def sign_in_and_grant(self, who: int, level: int, choice: int, n: int) -> None:
        self.steps += [("sign_in", who, level), ("grant", -1, choice, n)]

    @rule(place=_place, by=_who, to=_who, role=_place)
    def appoint(self, place: int, by: int, to: int, role: int) -> None:
        self.steps.append(("appoint", place, by, to, role))

    @rule(place=_place, by=_who, n=_who)
    def appoint_firm(self, place: int, by: int, n: int) -> None:
        self.steps.append(("appoint_firm", place, by, n))

    @rule(who=_who, n=_n)
    def lay_down(self, who: int, n: int) -> None:
        self.steps.append(("lay_down", who, n))

    @rule(who=_who, n=_place)
    def lock_by_hand(self, who: int, n: int) -> None:
        self.steps.append(("lock_by_hand", who, n))

    @rule(who=_who, wish=_place, decision=_place, by=_place)
    def ask_and_decide(self, who: int, wish: int, decision: int, by: int) -> None:
        self.steps += [("request", who, wish), ("decide", -1, decision, by)]

    @rule(winner=_who, loser=_who)
    def merge(self, winner: int, loser: int) -> None:
        self.steps.append(("merge", winner, loser))

    @rule(place=_place, n=_place)
    def split(self, place: int, n: int) -> None:
        self.steps.append(("split_again", place, n))

    @rule(seconds=st.integers(1, 90_000), days=_DAYS)
    def time_passes(self, seconds: int, days: int) -> None:
        self.steps.append(("time_passes", seconds, days))

    def teardown(self) -> None:
        type(self).play(self.steps[: self.length])


class Player:
    """Plays sequences on a database, and counts what came of their steps."""

    def __init__(self, database: Database[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._database = database
        self._loop = loop
        self._city: City = make_city()
        self.counts: Counter[str] = Counter()
        self.sequences = 0
        self._wait(database.transact(self._settle))

    def _settle(self, tx: Any) -> Done[None]:
        settle(tx, self._city)
        return Done(None)

    def play(self, steps: Sequence[Step]) -> None:
        """Play a sequence; AssertionError with what broke after which step."""
        try:
            self._wait(self._database.transact(lambda tx: self._live(tx, steps)))
        except Undo:
            self.sequences += 1

    def _live(self, tx: Any, steps: Sequence[Step]) -> Done[None]:
        life = Life(tx=tx, city=self._city)
        for number, (name, *numbers) in enumerate(steps):
            step(life, name, *numbers)
            wrong = {**broken(tx, life.now), "subjects": list(life.subjects.broken(tx))}
            assert not any(wrong.values()), (number, steps[: number + 1], wrong)
        self.counts.update(life.counts)
        raise Undo

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def unhurried() -> Iterator[None]:
    """Let a transaction take its time: here one holds a whole life, on whatever machine."""
    usual = postgresql._WHOLE_SECONDS
    postgresql._WHOLE_SECONDS = 120.0
    try:
        yield
    finally:
        postgresql._WHOLE_SECONDS = usual


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own: Hypothesis draws in this one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        with unhurried():
            yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def live(player: Player, *, sequences: int, drawn_with: int | None = None) -> None:
    """Draw and play so many sequences."""

    class Here(Living):
        play = staticmethod(player.play)

    chosen = settings(
        max_examples=sequences,
        stateful_step_count=MOST_STEPS,
        deadline=None,
        database=None,
        derandomize=drawn_with is None,
        suppress_health_check=list(HealthCheck),
    )
    machine = Here if drawn_with is None else seeded(drawn_with)(Here)
    run_state_machine_as_test(machine, settings=chosen)
