"""Deaths and locks on both engines: each ends exactly what its row of the table says (adr/0035)."""

from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Database
from idp.life_events.model import Ground, Outcome
from idp.life_events.service import grounds_of, lift_ground, open_ground
from idp.organisations.service import is_representative_vacant
from idp.people.model import PersonStatus
from tests.life_events.scene import Scene, alive, ended_by, happen, make_scene, told
from tests.stores.life_event_samples import (
    FOR_CHILD,
    GRANTED_FOR_CHILD,
    HELD_BY_MOTHER,
    MOTHERS,
    T,
    recorded,
    status_of,
)
from tests.stores.mandate_samples import at
from tests.stores.samples import HOUR, NOW, SECOND, do, see


@pytest.fixture
async def scene(database: Database[Any]) -> Scene:
    return await make_scene(database)


async def test_a_death_ends_all_that_is_the_persons_and_all_that_others_hold_for_them(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(
        database, scene, lambda: happen(database, T.DIED, scene.mother, died_on="2026-03-01")
    )
    assert ended == MOTHERS | HELD_BY_MOTHER
    assert await status_of(database, scene.mother) is PersonStatus.DECEASED
    assert ("second", "sub mother for child") in await told(database), "as whom it was used last"
    assert ("first", "sub mother high") in await told(database)
    assert await recorded(database, EventType.PERSON_DIED) == 1
    assert await recorded(database, EventType.ORGANISATION_VACANT) == 1
    assert await see(database, lambda tx: is_representative_vacant(tx, scene.company, now=NOW))


async def test_nobody_acts_for_a_ward_who_died_and_the_parents_go_on_as_themselves(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(database, scene, lambda: happen(database, T.DIED, scene.child, died_on=None))
    assert ended == {"session of child", "grant of child"} | FOR_CHILD | GRANTED_FOR_CHILD
    assert {("second", "sub mother for child"), ("second", "sub father for child")} <= await told(database)


async def test_a_death_entered_in_error_opens_the_account_and_brings_nothing_back(
    database: Database[Any], scene: Scene
) -> None:
    await happen(database, T.DIED, scene.mother, died_on="2026-03-01")
    after = await alive(database, scene)
    assert await happen(database, T.DEATH_REVOKED, scene.mother, after=HOUR) is Outcome.APPLIED
    assert await status_of(database, scene.mother) is PersonStatus.ACTIVE
    assert await alive(database, scene) == after


@pytest.mark.parametrize("ground", [one for one in Ground if one is not Ground.DEAD])
async def test_every_lock_ends_sessions_and_grants_and_leaves_mandates(
    database: Database[Any], scene: Scene, ground: Ground
) -> None:
    async def lock() -> None:
        assert await do(
            database,
            lambda tx: open_ground(
                tx, scene.mother.person_id, ground, "letter 7", actor="test", occasion=at()
            ),
        )

    assert await ended_by(database, scene, lock) == MOTHERS
    assert await status_of(database, scene.mother) is PersonStatus.LOCKED


async def test_a_locked_ward_is_not_acted_for_until_the_lock_ends(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(database, scene, lambda: happen(database, T.LOCKED, scene.child, reference="1"))
    assert ended == {"session of child", "grant of child"} | GRANTED_FOR_CHILD


async def test_one_grounds_end_lifts_no_others_lock(database: Database[Any], scene: Scene) -> None:
    person_id = scene.mother.person_id
    await do(
        database,
        lambda tx: open_ground(tx, person_id, Ground.REQUEST, "court", actor="test", occasion=at()),
    )
    await happen(database, T.LOCKED, scene.mother, reference="n1")
    await happen(database, T.UNLOCKED, scene.mother, after=SECOND, reference="n1")
    assert await status_of(database, scene.mother) is PersonStatus.LOCKED
    await do(
        database,
        lambda tx: lift_ground(tx, person_id, Ground.REQUEST, "court", actor="test", occasion=at()),
    )
    assert await status_of(database, scene.mother) is PersonStatus.ACTIVE


async def test_who_was_locked_before_there_were_grounds_stays_locked_by_the_city(
    database: Database[Any], scene: Scene
) -> None:
    await do(
        database, lambda tx: tx.people.set_status(scene.mother.person_id, PersonStatus.LOCKED, "old", NOW)
    )
    await happen(database, T.LOCKED, scene.mother)
    await happen(database, T.UNLOCKED, scene.mother, after=SECOND)
    assert await status_of(database, scene.mother) is PersonStatus.LOCKED

    def lift(tx: Any) -> bool:
        return lift_ground(tx, scene.mother.person_id, Ground.CITY, "x", actor="test", occasion=at())

    assert await do(database, lift)
    assert await status_of(database, scene.mother) is PersonStatus.ACTIVE


async def test_a_dead_person_who_is_unlocked_stays_dead(database: Database[Any], scene: Scene) -> None:
    await happen(database, T.LOCKED, scene.mother)
    await happen(database, T.DIED, scene.mother)
    await happen(database, T.UNLOCKED, scene.mother, after=SECOND)
    assert await status_of(database, scene.mother) is PersonStatus.DECEASED
    assert HELD_BY_MOTHER.isdisjoint(await alive(database, scene))


async def test_what_merged_into_a_record_is_locked_and_dies_with_it(
    database: Database[Any], scene: Scene
) -> None:
    await do(database, lambda tx: tx.people.merge(scene.stranger.person_id, into=scene.mother.person_id))
    ended = await ended_by(database, scene, lambda: happen(database, T.DIED, scene.stranger))
    assert ended == MOTHERS | HELD_BY_MOTHER | {
        "session of stranger",
        "grant of stranger",
        "sign-in of stranger",
    }


async def test_grounds_are_kept_apart(database: Database[Any], scene: Scene) -> None:
    await happen(database, T.LOCKED, scene.mother, reference="n1")
    await happen(database, T.DIED, scene.mother)

    def grounds(tx: Any) -> Any:
        return grounds_of(tx, tx.people.get(scene.mother.person_id))

    assert await see(database, grounds) == {Ground.NATIONAL, Ground.DEAD}
    assert await recorded(database, EventType.PERSON_LOCKED) == 1
