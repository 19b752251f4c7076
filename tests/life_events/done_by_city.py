"""What the city does with its people's records, and what its jobs do when time passes."""

from datetime import timedelta

from idp.database import Done, Refused
from idp.days import day_of
from idp.life_events.model import Decision, Ground, Wish
from idp.life_events.service import (
    Letter,
    came_of_age,
    decide_request,
    enter_request,
    lift_ground,
    open_ground,
    settle_card,
    settle_residence,
)
from idp.mandates.service.endings import end_one
from idp.mandates.service.firm_endings import end_appointment
from idp.merges.model import Cause
from idp.merges.service import Wanted, confirm, made_meanwhile, propose, split
from tests.life_events.city import ADULTS
from tests.life_events.life import Life, came_of

_MERGE_WAITS = timedelta(days=7)


def lock_by_hand(life: Life, who: int, n: int) -> str:
    """An operator locks or unlocks a record."""
    person = life.tx.people.canonical(life.one(who).person_id)
    change = open_ground if n % 2 else lift_ground
    changed = change(
        life.tx, person.person_id, Ground.CITY, "case", actor="operator:an", occasion=life.occasion
    )
    return str(changed)


def request(life: Life, who: int, wish: int) -> str:
    """An authority writes."""
    letter = Letter(authority="police", reference="12/CV", received_at=life.now)
    came = enter_request(
        life.tx,
        life.one(who).person_id,
        (Wish.LOCK, Wish.UNLOCK)[wish % 2],
        letter,
        holidays=(),
        actor="operator:an",
        occasion=life.occasion,
    )
    if isinstance(came, Done):
        life.requests.append(came.value)
    return came_of(came)


def decide(life: Life, place: int, decision: int, by: int) -> str:
    """Somebody decides it: never who entered it."""
    if not life.requests:
        return "none"
    actor = ("operator:an", "operator:binh")[by % 2]
    came = decide_request(
        life.tx,
        life.requests[place % len(life.requests)].request_id,
        (Decision.GRANTED, Decision.REFUSED)[decision % 2],
        "reason",
        actor=actor,
        occasion=life.occasion,
    )
    assert actor == "operator:binh" or isinstance(came, Refused), "one pair of eyes decided"
    return came_of(came)


def merge(life: Life, winner: int, loser: int) -> str:
    """Two stewards find that two records are one person's."""
    one, other = (life.city.adults[n % ADULTS].person_id for n in (winner, loser))
    wanted = Wanted(
        winner_id=one,
        loser_id=other,
        cause=Cause.NUMBERED_TWICE,
        dead_with_living=True,
        reason="one person",
        letter="3/CV",
    )
    proposed = propose(life.tx, wanted, waits=_MERGE_WAITS, actor="operator:an", occasion=life.occasion)
    if not isinstance(proposed, Done):
        return "refused"
    came = confirm(life.tx, proposed.value.merge_id, actor="operator:binh", occasion=life.occasion)
    if isinstance(came, Done):
        life.merges.append(proposed.value.merge_id)
    return came_of(came)


def split_again(life: Life, place: int, n: int) -> str:
    """It was a mistake: what was made meanwhile goes to one of the two."""
    if not life.merges:
        return "none"
    merge_id = life.merges[place % len(life.merges)]
    found = life.tx.merges.get(merge_id)
    made = [one.name for one in made_meanwhile(life.tx, found)]
    to_winner = [name for at, name in enumerate(made) if (at + n) % 2]
    came = split(
        life.tx,
        merge_id,
        winners=to_winner,
        losers=[name for name in made if name not in to_winner],
        reason="two people",
        letter="4/CV",
        actor="operator:an",
        occasion=life.occasion,
    )
    return came_of(came)


def time_passes(life: Life, seconds: int, days: int) -> str:
    """Time passes, and the jobs run that wait for it."""
    life.now += timedelta(seconds=seconds, days=days)
    tx, occasion = life.tx, life.occasion
    for appointment in tx.mandate_firms.due(life.now, 100):
        end_appointment(
            tx, appointment, "term over", actor="system", occasion=occasion, at=appointment.valid_to
        )
    for mandate in tx.mandates.due(life.now, 100):
        end_one(tx, mandate, "term over", actor="system", occasion=occasion, at=mandate.valid_to)
    today = day_of(life.now)
    for person_id in tx.life_states.cards_over(today, 100):
        settle_card(tx, person_id, actor="system", occasion=occasion)
    for person_id in tx.life_states.residences_over(today, 100):
        settle_residence(tx, person_id, "", actor="system", occasion=occasion)
    for child in life.city.children:
        came_of_age(tx, child.person_id, 16, today, occasion=occasion)
    return "passed"
