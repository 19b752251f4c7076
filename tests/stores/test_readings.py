"""What the population register says of one person, read at their sign-in, on both engines (DOMAIN §1.4, §3.3)."""

from datetime import timedelta
from typing import Any

import pytest

from idp.data_rights.service.closing import close_account
from idp.database import Database
from idp.life_events.model import CardStatus, DueReading, Ground, LifeEventType, Outcome
from idp.life_events.reading import CLOCKS_APART
from idp.life_events.service import grounds_of, take_reading
from idp.people.model import Person, PersonStatus
from tests.life_events.scene import Scene, happen, make_scene
from tests.stores.mandate_samples import at
from tests.stores.samples import DAY, NOW, do, make_person, see

T = LifeEventType
FOREIGN = "A31190000777"


@pytest.fixture
async def scene(database: Database[Any]) -> Scene:
    return await make_scene(database)


def said(person: Person, **changes: object) -> dict[str, object]:
    """The register's record of a person, as what is kept of them."""
    profile = person.profile
    return {
        "personal_id": profile.personal_id or profile.foreigner_id,
        "former_ids": [],
        "status": "living",
        "died_on": None,
        "name": profile.full_name,
        "family_name": profile.family_name,
        "middle_name": profile.middle_name,
        "given_name": profile.given_name,
        "gender": profile.gender,
        "birthdate": profile.birthdate,
        "account_level": person.account_level,
        "card": None,
        "residence": {"ward_code": "", "detail": "", "as_written": "", "until": None},
        "relations": [],
        **changes,
    }


async def read(database: Database[Any], person: Person, record: Any, moment: Any = NOW) -> Outcome:
    def apply(tx: Any) -> Outcome:
        return take_reading(tx, person.person_id, record, actor="register:test", occasion=at(moment))

    return await do(database, apply)


async def kept(database: Database[Any], person: Person) -> Person:
    found: Person = await see(database, lambda tx: tx.people.get(person.person_id))
    return found


@pytest.mark.parametrize(
    ("changes", "ground", "status"),
    [
        ({"status": "dead", "died_on": "2026-01-02"}, Ground.DEAD, PersonStatus.DECEASED),
        ({"status": "dead"}, Ground.DEAD, PersonStatus.DECEASED),
        ({"status": "dead", "card": {"status": "eaten"}, "gender": 7}, Ground.DEAD, PersonStatus.DECEASED),
        ({"status": "locked"}, Ground.NATIONAL, PersonStatus.LOCKED),
    ],
)
async def test_who_is_dead_or_locked_there_is_so_here(
    database: Database[Any], scene: Scene, changes: Any, ground: Ground, status: PersonStatus
) -> None:
    mother = scene.mother
    assert await read(database, mother, said(mother, **changes)) is Outcome.APPLIED
    found = await kept(database, mother)
    assert found.status is status
    assert await see(database, lambda tx: set(grounds_of(tx, found))) == {ground}
    live = await see(database, lambda tx: tx.sessions.of_person(mother.person_id))
    assert live == ()


async def test_a_reading_opens_nothing(database: Database[Any], scene: Scene) -> None:
    await happen(database, T.DIED, scene.mother, died_on="2026-01-01")
    await happen(database, T.LOCKED, scene.father, reference="letter 1")
    for one in (scene.mother, scene.father):
        assert await read(database, one, said(one)) is Outcome.UNCHANGED
        assert (await kept(database, one)).status is not PersonStatus.ACTIVE


async def test_what_was_asked_before_an_account_was_closed_brings_nothing_back(
    database: Database[Any], scene: Scene
) -> None:
    mother = scene.mother
    answer = said(mother, card={"status": "expired", "expires_on": "2026-01-01"})
    await do(database, lambda tx: close_account(tx, mother, "request", occasion=at(NOW)))
    closed = await kept(database, mother)
    assert await read(database, mother, answer) is Outcome.UNKNOWN
    assert await kept(database, mother) == closed
    assert closed.profile.full_name == ""
    assert await see(database, lambda tx: tx.life_states.get(mother.person_id).card_status) is None
    assert await see(database, lambda tx: tx.life_readings.read_at(mother.person_id)) is None


async def test_a_card_that_is_not_good_takes_the_level_high(database: Database[Any], scene: Scene) -> None:
    card = {"status": "expired", "expires_on": "2026-01-01"}
    assert await read(database, scene.mother, said(scene.mother, card=card)) is Outcome.APPLIED
    state = await see(database, lambda tx: tx.life_states.get(scene.mother.person_id))
    assert (state.card_status, state.card_expires_on) == (CardStatus.EXPIRED, "2026-01-01")
    assert state.suspended_at == NOW
    assert await read(database, scene.mother, said(scene.mother, card=card)) is Outcome.UNCHANGED


async def test_a_foreigner_whose_residence_is_over_is_locked(database: Database[Any]) -> None:
    kim = make_person("KIM MINJI", personal_id="", foreigner_id=FOREIGN)
    await do(database, lambda tx: tx.people.add(kim))
    over = said(kim, residence={"until": (NOW - DAY * 2).date().isoformat()})
    assert await read(database, kim, over) is Outcome.APPLIED
    assert (await kept(database, kim)).status is PersonStatus.LOCKED


async def test_what_is_otherwise_there_is_put_right_and_the_rest_is_left(
    database: Database[Any], scene: Scene
) -> None:
    assert await read(database, scene.mother, said(scene.mother)) is Outcome.UNCHANGED
    spoken = await see(
        database,
        lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM life_words").scalar_one(),
    )
    assert spoken == 0, "what changes nothing leaves no word"
    changes = {"birthdate": "1984-03-15", "gender": "female"}
    assert await read(database, scene.mother, said(scene.mother, **changes)) is Outcome.APPLIED
    found = (await kept(database, scene.mother)).profile
    assert (found.birthdate, found.full_name) == ("1984-03-15", scene.mother.profile.full_name)


async def test_what_the_feed_brings_of_later_stands(database: Database[Any], scene: Scene) -> None:
    await happen(database, T.CORRECTED, scene.mother, birthdate="1984-03-20")
    stale = said(scene.mother, birthdate="1984-03-15")
    assert await read(database, scene.mother, stale, NOW) is Outcome.UNCHANGED
    assert (await kept(database, scene.mother)).profile.birthdate == "1984-03-20"
    later = NOW + CLOCKS_APART + timedelta(seconds=1)
    assert await read(database, scene.mother, stale, later) is Outcome.APPLIED


async def test_of_whom_it_was_not_read_it_is_due_until_it_is(database: Database[Any], scene: Scene) -> None:
    mother = scene.mother.person_id

    async def due(moment: Any = NOW) -> tuple[DueReading, ...]:
        found: tuple[DueReading, ...] = await see(database, lambda tx: tx.life_readings.due(moment, 9))
        return found

    await do(database, lambda tx: tx.life_readings.want(mother, NOW))
    await do(database, lambda tx: tx.life_readings.want(mother, NOW - DAY))
    (one,) = await due()
    assert (one.person_id, one.due_at, one.failures) == (mother, NOW, 0)
    assert await due(NOW - timedelta(seconds=1)) == ()
    assert await do(database, lambda tx: tx.life_readings.take(one, NOW + DAY))
    assert not await do(database, lambda tx: tx.life_readings.take(one, NOW + DAY)), "somebody else has it"
    assert await due() == ()
    (again,) = await due(NOW + DAY)
    assert again.failures == 1
    assert await see(database, lambda tx: tx.life_readings.read_at(mother)) is None
    assert await read(database, scene.mother, None) is Outcome.UNKNOWN
    assert await due(NOW + DAY) == ()
    assert await see(database, lambda tx: tx.life_readings.read_at(mother)) == NOW
