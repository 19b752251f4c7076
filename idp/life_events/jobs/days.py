"""What time does to people: cards and residences whose last day is past, and ages reached. Days are those of Việt Nam."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import partial

from idp import metrics
from idp.audit.occasion import Occasion
from idp.database import Database, Done
from idp.days import day_of
from idp.ids import PersonId
from idp.life_events.rules import AGES, birth_years, comes_of_age_on
from idp.life_events.service import came_of_age, settle_card, settle_residence
from idp.transaction import Tx

BATCH = 100
"""People of one run; each who changes has a transaction of their own."""
_ACTOR = "system"
_AGES = "ages"
_LOOKED_AT = 200


async def end_papers(database: Database[Tx], occasion: Occasion) -> int:
    """Suspend and lock whose card or residence ended by yesterday; return how many."""
    today = day_of(occasion.now)
    cards = await database.read(lambda tx: tx.life_states.cards_over(today, BATCH))
    residences = await database.read(lambda tx: tx.life_states.residences_over(today, BATCH))
    for person_id in cards:
        (await database.transact(partial(_card_over, person_id=person_id, occasion=occasion))).unwrap()
        metrics.LIFE_EVENTS.add("card-over", "applied")
    for person_id in residences:
        (await database.transact(partial(_residence_over, person_id=person_id, occasion=occasion))).unwrap()
        metrics.LIFE_EVENTS.add("residence-over", "applied")
    return len(cards) + len(residences)


def _card_over(tx: Tx, *, person_id: PersonId, occasion: Occasion) -> Done[bool]:
    return Done(settle_card(tx, person_id, actor=_ACTOR, occasion=occasion))


def _residence_over(tx: Tx, *, person_id: PersonId, occasion: Occasion) -> Done[bool]:
    return Done(settle_residence(tx, person_id, "", actor=_ACTOR, occasion=occasion))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """How far the walk through birth years has come: days after `done`, by `until`; the year's place, and whom last."""

    done: str
    until: str
    place: int = 0
    at: str = ""


async def reach_ages(database: Database[Tx], occasion: Occasion) -> int:
    """Look through one batch of those who may have come of age since the last day that was looked through.

    Returns how many were looked at, `BATCH` at least while there are more. A day is looked through once it has begun.
    """
    today = day_of(occasion.now)
    found = await database.read(lambda tx: tx.life_cursors.get(_AGES))
    walk = _begun(found, today)
    if walk.done == walk.until:
        return 0 if walk.until == today.isoformat() else await _move(database, found, walk, today, occasion)
    since, until = date.fromisoformat(walk.done), date.fromisoformat(walk.until)
    steps = [(age, year) for age in AGES for year in birth_years(age, since, until)]
    if walk.place >= len(steps):
        return await _move(database, found, replace(walk, done=walk.until), today, occasion)
    age, year = steps[walk.place]
    after = PersonId(walk.at) if walk.at else None
    people = await database.read(lambda tx: tx.people.born_in(year, after, _LOOKED_AT))
    reached = []
    for one in people:
        day = comes_of_age_on(one.profile.birthdate, age) if one.profile.birthdate else None
        if day is not None and since < day <= until:
            reached.append((one.person_id, day))
    is_whole = len(people) < _LOOKED_AT
    moved = replace(walk, place=walk.place + is_whole, at="" if is_whole else people[-1].person_id)
    step = partial(_reach, reached=reached, age=age, found=found, moved=moved, occasion=occasion)
    return max(BATCH, (await database.transact(step)).unwrap())


def _begun(found: str | None, today: date) -> _Walk:
    """Return the walk as it was left; the first of all begins with today."""
    if found is None:
        yesterday = today - timedelta(days=1)
        return _Walk(done=yesterday.isoformat(), until=today.isoformat())
    return _Walk(**json.loads(found))


async def _move(
    database: Database[Tx], found: str | None, walk: _Walk, today: date, occasion: Occasion
) -> int:
    """Begin with the days since the last walk, or note that a walk is done."""
    begun = walk if walk.until == today.isoformat() else _Walk(done=walk.done, until=today.isoformat())

    def move(tx: Tx) -> Done[bool]:
        return Done(tx.life_cursors.move(_AGES, found, _text(begun), occasion.now))

    (await database.transact(move)).unwrap()
    return BATCH


def _reach(
    tx: Tx,
    *,
    reached: list[tuple[PersonId, date]],
    age: int,
    found: str | None,
    moved: _Walk,
    occasion: Occasion,
) -> Done[int]:
    came = [came_of_age(tx, person_id, age, day, occasion=occasion) for person_id, day in reached]
    tx.life_cursors.move(_AGES, found, _text(moved), occasion.now)
    metrics.LIFE_EVENTS.add("age", "applied", number=sum(came))
    return Done(len(came))


def _text(walk: _Walk) -> str:
    return json.dumps(asdict(walk), separators=(",", ":"))
