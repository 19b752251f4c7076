"""A small city whose people live fast: what may happen to them, one step after the other in one transaction.

Steps call the use cases that endpoints, jobs and commands call. A step that a rule refuses is one that did not happen.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from tests.life_events.done_by_city import decide, lock_by_hand, merge, request, split_again, time_passes
from tests.life_events.done_by_people import appoint, appoint_firm, grant, lay_down, sign_in
from tests.life_events.life import Life
from tests.life_events.said_by_registers import event_again, event_of_a_person, event_of_an_organisation

STEPS: Mapping[str, Callable[..., str]] = {
    one.__name__: one
    for one in (
        event_of_a_person,
        event_of_an_organisation,
        event_again,
        sign_in,
        grant,
        appoint,
        appoint_firm,
        lay_down,
        lock_by_hand,
        request,
        decide,
        merge,
        split_again,
        time_passes,
    )
}


def step(life: Life, name: str, *numbers: int) -> None:
    """Do one thing, a second after the one before; count what came of it."""
    life.now += timedelta(seconds=1)
    life.note(name, STEPS[name](life, *numbers))
