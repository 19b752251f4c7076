"""Ages and relations on both engines: when who acts for whom begins and ends (adr/0035)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Database
from idp.days import start_of
from idp.life_events.jobs import reach_ages
from idp.mandates.jobs import end_over
from idp.mandates.model import PrincipalKind, Role, Source
from idp.mandates.service import appoint_guardian, replace_parents
from tests.life_events.scene import Scene, alive, ended_by, happen, make_scene
from tests.stores.life_event_samples import (
    FOR_CHILD,
    GRANTED_FOR_CHILD,
    T,
    recorded,
)
from tests.stores.mandate_samples import at, make_citizen
from tests.stores.samples import DAY, SECOND, do, see


@pytest.fixture
async def scene(database: Database[Any]) -> Scene:
    return await make_scene(database)


async def test_coming_of_age_ends_the_parents_mandates_and_never_the_wards_own(
    database: Database[Any], scene: Scene
) -> None:
    birthday = start_of(date(2033, 6, 1))
    await walk(database, birthday - SECOND)
    assert await recorded(database, EventType.PERSON_CAME_OF_AGE) == 0
    assert await alive(database, scene) >= FOR_CHILD
    ended = await ended_by(database, scene, lambda: walk(database, birthday))
    assert ended == FOR_CHILD | GRANTED_FOR_CHILD
    assert await recorded(database, EventType.PERSON_CAME_OF_AGE) == 1
    await walk(database, birthday + DAY)
    assert await recorded(database, EventType.PERSON_CAME_OF_AGE) == 1


async def test_at_14_and_16_it_is_recorded_and_parents_act_on(database: Database[Any], scene: Scene) -> None:
    await walk(database, start_of(date(2029, 5, 31)))

    async def years() -> None:
        await walk(database, start_of(date(2031, 6, 2)))

    assert await ended_by(database, scene, years) == set()
    assert await recorded(database, EventType.PERSON_CAME_OF_AGE) == 2


async def test_of_a_year_alone_nobody_acts_from_its_first_day_and_age_is_reached_after_its_last(
    database: Database[Any],
) -> None:
    child, parent = make_citizen(birth_year=2010), make_citizen()
    child = replace(child, profile=replace(child.profile, birthdate="2010"))

    def store(tx: Any) -> None:
        tx.people.add_many((child, parent))
        replace_parents(tx, child.person_id, [parent.person_id], actor="register", occasion=at())

    await do(database, store)
    await walk(database, start_of(date(2027, 12, 30)))
    held = "SELECT count(*) FROM mandates WHERE ended_at IS NULL"
    await end_over(database, at(start_of(date(2028, 1, 1))))
    assert await see(database, lambda tx: tx.connection.exec_driver_sql(held).scalar_one()) == 0
    await walk(database, start_of(date(2028, 12, 31)))
    assert await recorded(database, EventType.PERSON_CAME_OF_AGE) == 0
    await walk(database, start_of(date(2029, 1, 1)))
    assert await recorded(database, EventType.PERSON_CAME_OF_AGE) == 1


async def walk(database: Database[Any], moment: Any) -> None:
    """Run the jobs of ages until they have nothing left to do."""
    await end_over(database, at(moment))
    for _ in range(200):
        if await reach_ages(database, at(moment)) == 0:
            return
    raise AssertionError("the walk does not end")


async def test_a_corrected_birth_date_moves_the_end_of_the_parents_mandates(
    database: Database[Any], scene: Scene
) -> None:
    def ends(tx: Any) -> set[Any]:
        held = tx.mandates.of_principal(PrincipalKind.PERSON, scene.child.person_id)
        return {one.valid_to for one in held}

    ended = await ended_by(
        database, scene, lambda: happen(database, T.CORRECTED, scene.child, birthdate="2012-02-29")
    )
    assert ended == set()
    assert await see(database, ends) == {start_of(date(2030, 3, 1))}
    ended = await ended_by(
        database, scene, lambda: happen(database, T.CORRECTED, scene.child, after=DAY, birthdate="2007")
    )
    assert ended == FOR_CHILD | GRANTED_FOR_CHILD


async def test_a_courts_guardian_of_an_adult_is_not_about_age(database: Database[Any], scene: Scene) -> None:
    adult = scene.stranger

    def appoint(tx: Any) -> Any:
        return appoint_guardian(
            tx,
            adult.person_id,
            scene.father.person_id,
            reference="QĐ 1",
            actor="desk",
            occasion=at(),
        )

    mandate = await do(database, appoint)
    await happen(database, T.CORRECTED, adult, birthdate="1991-01-01")
    kept = await see(database, lambda tx: tx.mandates.get(mandate.mandate_id))
    assert (kept.ended_at, kept.valid_to) == (None, None)


async def test_relations_give_and_take_parents_and_guardians(database: Database[Any], scene: Scene) -> None:
    mother, employee = scene.mother.profile.personal_id, scene.employee.profile.personal_id
    said = [
        {"kind": "parent", "personal_id": mother, "contested": False},
        {"kind": "guardian", "personal_id": employee, "contested": False},
    ]
    ended = await ended_by(
        database, scene, lambda: happen(database, T.RELATIONS, scene.child, relations=said)
    )
    assert ended == {"mandate of father for child", "grant of father for child"}

    def held(tx: Any) -> set[Any]:
        found = tx.mandates.of_principal(PrincipalKind.PERSON, scene.child.person_id)
        return {(one.delegate_id, one.role) for one in found if one.ended_at is None}

    assert await see(database, held) == {
        (scene.mother.person_id, Role.PARENT),
        (scene.employee.person_id, Role.GUARDIAN),
    }
    contested = [{"kind": "parent", "personal_id": mother, "contested": True}]
    ended = await ended_by(
        database, scene, lambda: happen(database, T.RELATIONS, scene.child, after=DAY, relations=contested)
    )
    assert ended == {"grant of mother for child"}
    assert await see(database, held) == {(scene.mother.person_id, Role.PARENT)}
    await happen(database, T.RELATIONS, scene.child, after=2 * DAY, relations=said[:1])
    resting = await see(
        database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, scene.child.person_id)
    )
    assert [one.contested for one in resting if one.source is Source.PARENT and one.ended_at is None] == [
        True
    ]
