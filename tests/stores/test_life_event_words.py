"""Words of a register on both engines: corrected, contradicting, twice and late (adr/0035)."""

from typing import Any

import pytest

from idp.audit.events import EventType
from idp.conflicts.model import ConflictKind
from idp.database import Database
from idp.life_events.model import Contradiction, Outcome
from idp.organisations.model import OrganisationStatus
from idp.people.model import PersonStatus
from tests.life_events.scene import Scene, alive, ended_by, happen, make_scene
from tests.stores.life_event_samples import T, recorded, status_of
from tests.stores.samples import HOUR, SECOND, see


@pytest.fixture
async def scene(database: Database[Any]) -> Scene:
    return await make_scene(database)


async def test_a_correction_signs_nobody_out_and_is_kept_against_weaker_sources(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(
        database,
        scene,
        lambda: happen(database, T.CORRECTED, scene.mother, given_name="Hòa", gender="female"),
    )
    assert ended == set()
    person = await see(database, lambda tx: tx.people.get(scene.mother.person_id))
    assert (person.profile.given_name, person.profile.gender) == ("Hòa", "female")
    assert person.profile.full_name.endswith("Hòa")


async def test_a_new_number_finds_the_same_record(database: Database[Any], scene: Scene) -> None:
    change = {"new": "031184999999", "cause": "birth-year-corrected"}
    assert (
        await ended_by(database, scene, lambda: happen(database, T.NUMBER_CHANGED, scene.mother, **change))
        == set()
    )
    assert await happen(database, T.LOCKED, number="031184999999") is Outcome.APPLIED
    assert await status_of(database, scene.mother) is PersonStatus.LOCKED


async def test_what_contradicts_what_is_kept_waits_for_a_steward(
    database: Database[Any], scene: Scene
) -> None:
    taken = scene.father.profile.personal_id
    outcomes = [
        await happen(database, T.NUMBER_CHANGED, scene.mother, new=taken, cause="given-twice"),
        await happen(database, T.DEATH_REVOKED, scene.stranger),
        await happen(database, T.LEVEL, scene.stranger, account_level=7),
        await happen(database, "person.teleported", scene.stranger),
    ]
    assert outcomes == [Outcome.UNRESOLVED] * 4
    waiting = await see(database, lambda tx: tx.life_unresolved.waiting(10))
    assert [one.contradiction for one in waiting] == [Contradiction.MALFORMED] * 2
    assert await recorded(database, EventType.LIFE_EVENT_UNRESOLVED) == 2
    conflicts = await see(
        database, lambda tx: tx.connection.exec_driver_sql("SELECT kind FROM conflicts").all()
    )
    assert {row.kind for row in conflicts} == {ConflictKind.DUPLICATE, ConflictKind.DEATH_REVOKED}
    assert await alive(database, scene) == set(scene.names.values())


async def test_an_event_applied_twice_does_nothing_twice(database: Database[Any], scene: Scene) -> None:
    first = await happen(database, T.LOCKED, scene.mother, event_id="one", reference="n1")
    await happen(database, T.UNLOCKED, scene.mother, after=SECOND, reference="n1")
    again = await happen(database, T.LOCKED, scene.mother, event_id="one", reference="n1")
    assert (first, again) == (Outcome.APPLIED, Outcome.REPEATED)
    assert await status_of(database, scene.mother) is PersonStatus.ACTIVE
    assert await recorded(database, EventType.PERSON_LOCKED) == 1


async def test_of_two_words_the_one_entered_later_stands_whatever_comes_first(
    database: Database[Any], scene: Scene
) -> None:
    await happen(database, T.UNLOCKED, scene.mother, after=HOUR)
    assert await happen(database, T.LOCKED, scene.mother) is Outcome.STALE
    assert await happen(database, T.DEATH_REVOKED, scene.mother, after=HOUR) is Outcome.UNRESOLVED
    assert await happen(database, T.DIED, scene.mother) is Outcome.STALE
    await happen(database, T.CORRECTED, scene.mother, after=HOUR, gender="male")
    assert await happen(database, T.CORRECTED, scene.mother, gender="female") is Outcome.STALE
    assert await status_of(database, scene.mother) is PersonStatus.ACTIVE
    assert await happen(database, T.STATUS, tax_code=scene.company_code, after=HOUR, status="active")
    stale = await happen(database, T.STATUS, tax_code=scene.company_code, status="dissolved")
    assert stale is Outcome.STALE
    company = await see(database, lambda tx: tx.organisations.get(scene.company))
    assert company.status is OrganisationStatus.ACTIVE


async def test_of_somebody_nobody_knows_nothing_is_left_behind(database: Database[Any]) -> None:
    for subject in ({"number": "031199123456"}, {"tax_code": "0201234569"}):
        event_type = T.DIED if "number" in subject else T.STATUS
        facts = {} if "number" in subject else {"status": "dissolved"}
        assert await happen(database, event_type, **subject, **facts) is Outcome.UNKNOWN
    for table in ("life_applied", "life_words", "life_unresolved"):
        count = f"SELECT count(*) FROM {table}"  # noqa: S608 - names of ours
        assert await see(database, lambda tx, q=count: tx.connection.exec_driver_sql(q).scalar_one()) == 0
