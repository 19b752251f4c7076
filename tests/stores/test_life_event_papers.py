"""Cards, levels and residences on both engines: each ends exactly what its row of the table says (adr/0035)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from idp.database import Database
from idp.days import start_of
from idp.life_events.jobs import end_papers
from idp.life_events.model import Outcome
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from tests.life_events.scene import Scene, alive, ended_by, happen, make_scene, told
from tests.stores.life_event_samples import (
    T,
    status_of,
)
from tests.stores.mandate_samples import at, make_citizen
from tests.stores.samples import DAY, SECOND, do, see


@pytest.fixture
async def scene(database: Database[Any]) -> Scene:
    return await make_scene(database)


async def test_with_a_card_that_is_not_good_high_ends_and_the_rest_goes_on(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(
        database,
        scene,
        lambda: happen(database, T.CARD, scene.mother, status="lost", expires_on="2040-01-01"),
    )
    assert ended == {"grant of mother high"}
    assert await told(database) == {("first", "sub mother high")}
    levels = await see(
        database, lambda tx: {one.acr for one in tx.sessions.of_person(scene.mother.person_id)}
    )
    assert levels == {Acr.SUBSTANTIAL, Acr.LOW}
    assert await status_of(database, scene.mother) is PersonStatus.ACTIVE
    await happen(database, T.CARD, scene.mother, after=DAY, status="valid", expires_on="2040-01-01")
    state = await see(database, lambda tx: tx.life_states.get(scene.mother.person_id))
    assert state.suspended_at is None


async def test_a_card_ends_with_its_last_day_in_viet_nam(database: Database[Any], scene: Scene) -> None:
    await happen(database, T.CARD, scene.mother, status="valid", expires_on="2026-03-02")
    midnight = start_of(date(2026, 3, 3))
    assert await end_papers(database, at(midnight - SECOND)) == 0
    assert await end_papers(database, at(midnight)) == 1
    assert await end_papers(database, at(midnight)) == 0
    assert "grant of mother high" not in await alive(database, scene)


async def test_below_level_02_nothing_above_low_and_nothing_for_others_goes_on(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(database, scene, lambda: happen(database, T.LEVEL, scene.mother, account_level=1))
    assert ended == {"grant of mother high", "grant of mother for company", "grant of mother for child"}
    sessions = await see(database, lambda tx: tx.sessions.of_person(scene.mother.person_id))
    assert {(one.acr, one.ial) for one in sessions} == {(Acr.LOW, 1)}
    assert (
        await ended_by(
            database, scene, lambda: happen(database, T.LEVEL, scene.mother, after=DAY, account_level=2)
        )
        == set()
    )


async def a_foreigner(database: Database[Any]) -> Any:
    person = make_citizen()
    profile = replace(
        person.profile, personal_id="", foreigner_id=f"F{person.profile.personal_id[1:]}", nationality="KOR"
    )
    person = replace(person, profile=profile)
    await do(database, lambda tx: tx.people.add(person))
    return person


async def test_a_residence_locks_after_its_last_day_and_its_renewal_opens(database: Database[Any]) -> None:
    person = await a_foreigner(database)
    number = person.profile.foreigner_id
    await happen(database, T.RESIDENCE, number=number, until="2026-03-04")
    midnight = start_of(date(2026, 3, 5))
    assert await end_papers(database, at(midnight - SECOND)) == 0
    assert await end_papers(database, at(midnight)) == 1
    assert await end_papers(database, at(midnight)) == 0
    assert await status_of(database, person) is PersonStatus.LOCKED
    await happen(database, T.RESIDENCE, number=number, after=5 * DAY, until="2027-03-04", ward_code="11383")
    assert await status_of(database, person) is PersonStatus.ACTIVE
    moved = await see(database, lambda tx: tx.people.get(person.person_id))
    assert moved.profile.address.ward_code == "11383"


async def test_a_citizens_residence_has_no_end(database: Database[Any], scene: Scene) -> None:
    outcome = await happen(database, T.RESIDENCE, scene.mother, until="2026-01-01")
    assert outcome is Outcome.UNRESOLVED
    assert await status_of(database, scene.mother) is PersonStatus.ACTIVE
