"""Life events on both engines: each ends exactly what its row of the table says, once, in any order (adr/0035)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.conflicts.model import ConflictKind
from idp.database import Database
from idp.life_events.jobs import end_papers, reach_ages
from idp.life_events.model import Contradiction, Ground, LifeEventType, Outcome
from idp.life_events.service import grounds_of, lift_ground, open_ground
from idp.mandates.days import start_of
from idp.mandates.jobs import end_over
from idp.mandates.model import PrincipalKind, Role, Source
from idp.mandates.service import appoint_guardian, replace_parents
from idp.organisations.model import OrganisationStatus
from idp.organisations.service import is_representative_vacant
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from tests.life_events.scene import Scene, alive, ended_by, happen, make_scene, told
from tests.stores.mandate_samples import at, events_of, make_citizen
from tests.stores.samples import DAY, HOUR, NOW, SECOND, do, see

T = LifeEventType
MOTHERS = {
    "session of mother high",
    "session of mother low",
    "sign-in of mother",
    "grant of mother high",
    "grant of mother low",
    "grant of mother offline",
    "grant of mother for company",
    "grant of mother for child",
}
HELD_BY_MOTHER = {"mandate of mother for company", "mandate of mother for child"}
FOR_CHILD = {"mandate of mother for child", "mandate of father for child"}
GRANTED_FOR_CHILD = {"grant of mother for child", "grant of father for child"}
FOR_COMPANY = {"mandate of mother for company", "mandate of employee for company"}
GRANTED_FOR_COMPANY = {"grant of mother for company", "grant of employee for company"}


@pytest.fixture
async def scene(database: Database[Any]) -> Scene:
    return await make_scene(database)


async def status_of(database: Database[Any], person: Any) -> PersonStatus:
    found: PersonStatus = await see(database, lambda tx: tx.people.get(person.person_id).status)
    return found


async def recorded(database: Database[Any], event: EventType) -> int:
    return len(await see(database, lambda tx: events_of(tx, event.value)))


async def test_a_death_ends_all_that_is_the_persons_and_all_that_others_hold_for_them(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(
        database, scene, lambda: happen(database, T.DIED, scene.mother, died_on="2026-03-01")
    )
    assert ended == MOTHERS | HELD_BY_MOTHER
    assert await status_of(database, scene.mother) is PersonStatus.DECEASED
    assert ("second", "sub mother low") in await told(database)
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


async def test_a_dissolution_ends_what_is_for_the_organisation_alone(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(
        database, scene, lambda: happen(database, T.STATUS, tax_code=scene.company_code, status="dissolved")
    )
    assert ended == FOR_COMPANY | GRANTED_FOR_COMPANY
    assert await told(database) == {
        ("first", "sub mother for company"),
        ("first", "sub employee for company"),
    }


async def test_a_suspension_ends_grants_and_leaves_mandates(database: Database[Any], scene: Scene) -> None:
    ended = await ended_by(
        database, scene, lambda: happen(database, T.STATUS, tax_code=scene.company_code, status="suspended")
    )
    assert ended == GRANTED_FOR_COMPANY


async def test_other_representatives_end_the_former_ones_alone(database: Database[Any], scene: Scene) -> None:
    new = [{"personal_id": scene.father.profile.personal_id, "from": "2026-03-01"}]
    ended = await ended_by(
        database,
        scene,
        lambda: happen(database, T.REPRESENTATIVES, tax_code=scene.company_code, representatives=new),
    )
    assert ended == {"mandate of mother for company", "grant of mother for company"}
    outcome = await happen(
        database, T.REPRESENTATIVES, tax_code=scene.company_code, after=DAY, representatives=[]
    )
    assert outcome is Outcome.APPLIED
    assert await recorded(database, EventType.ORGANISATION_VACANT) == 1


async def test_a_representative_begins_on_the_day_the_register_says(
    database: Database[Any], scene: Scene
) -> None:
    new = [{"personal_id": scene.father.profile.personal_id, "from": "2026-04-01"}]
    await happen(database, T.REPRESENTATIVES, tax_code=scene.company_code, representatives=new)

    def begins(tx: Any) -> set[Any]:
        held = tx.mandates.of_principal(PrincipalKind.ORGANISATION, scene.company)
        return {one.valid_from for one in held if one.delegate_id == scene.father.person_id}

    assert await see(database, begins) == {start_of(date(2026, 4, 1))}


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
    assert all(one.contested for one in resting if one.source is Source.PARENT and one.ended_at is None)


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


async def test_a_firm_with_many_clients_that_is_dissolved_acts_for_none_at_once(
    database: Database[Any], scene: Scene
) -> None:
    from idp.ids import ClientId, OrganisationId
    from idp.mandates.service import end_of_organisation
    from idp.protocol.acting import ContextKind, GrantContext
    from tests.mandates.samples import make_mandate
    from tests.stores.samples import make_grant

    firm = OrganisationId("a-firm")
    held = [
        make_mandate(scene.stranger.person_id, principal_id=f"client-{n}", through_id=firm)
        for n in range(130)
    ]

    def store(tx: Any) -> None:
        tx.mandates.add(held)
        for one in held:
            context = GrantContext(
                kind=ContextKind.ORGANISATION, context_id=one.mandate_id, principal_id=one.principal_id
            )
            grant = make_grant(scene.stranger.person_id, ClientId("first"), context=context)
            tx.grants.add(grant, session_id="gone", offline=True, expires_at=NOW + 90 * DAY, now=NOW)

    await do(database, store)
    await do(database, lambda tx: end_of_organisation(tx, firm, "dissolved", actor="test", occasion=at()))
    live = "SELECT count(*) FROM grants WHERE session_id = 'gone' AND revoked_at IS NULL"
    assert await see(database, lambda tx: tx.connection.exec_driver_sql(live).scalar_one()) == 0


async def test_grounds_are_kept_apart(database: Database[Any], scene: Scene) -> None:
    await happen(database, T.LOCKED, scene.mother, reference="n1")
    await happen(database, T.DIED, scene.mother)

    def grounds(tx: Any) -> Any:
        return grounds_of(tx, tx.people.get(scene.mother.person_id))

    assert await see(database, grounds) == {Ground.NATIONAL, Ground.DEAD}
    assert await recorded(database, EventType.PERSON_LOCKED) == 1
