"""Mandates and employment records of a merged record are the one person's, and go back with it; locks hold for both."""

from dataclasses import replace
from typing import Any

import pytest

from idp.conflicts.model import ConflictKind, ConflictState
from idp.database import Database
from idp.ids import OfficialId, OrganisationId, PersonId
from idp.life_events.model import Ground
from idp.life_events.service.standing import lift_ground, open_ground
from idp.mandates.model import Mandate, PrincipalKind
from idp.mandates.model import Rule as MandateRule
from idp.mandates.service import (
    Ended,
    clear,
    confirm_removal,
    contest,
    end_by_person,
    held,
    replace_parents,
    replace_representatives,
)
from idp.merges.model import Merge, Rule
from idp.merges.service import Split, made_meanwhile
from idp.officials.model import Official, WantedRecord
from idp.officials.service import Hand, join, restate
from idp.people.model import Person, PersonStatus
from tests.organisations.samples import make_agency
from tests.stores.mandate_samples import (
    administrator,
    make_citizen,
    make_company,
    new_company,
)
from tests.stores.mandate_samples import (
    outcome_of as mandate_outcome_of,
)
from tests.stores.merge_samples import (
    WEEK,
    Pair,
    at,
    make_pair,
    merged,
    proposed,
    split_up,
)
from tests.stores.samples import HOUR, NOW, do, see

DB = Database[Any]


@pytest.fixture
async def pair(database: DB) -> Pair:
    return await make_pair(database)


async def representative(database: DB, person_id: PersonId) -> OrganisationId:
    """Let a person represent a company, as the register says."""
    company = new_company()
    await do(
        database,
        lambda tx: replace_representatives(tx, company, [person_id], actor="register", occasion=at()),
    )
    return company


async def held_by(database: DB, person_id: PersonId) -> tuple[Mandate, ...]:
    found: tuple[Mandate, ...] = await see(database, lambda tx: tx.mandates.of_delegate(person_id))
    return found


async def test_mandates_of_both_are_one_persons_and_each_goes_back_with_its_record(
    database: DB, pair: Pair
) -> None:
    of_winner = await representative(database, pair.winner_id)
    of_loser = await representative(database, pair.loser_id)
    merge = await merged(database, pair.winner_id, pair.loser_id)
    found = await held_by(database, pair.winner_id)
    assert {one.principal_id for one in found} == {of_winner, of_loser}
    assert {one.delegate_id for one in found} == {pair.winner_id}
    assert isinstance(await split_up(database, merge), Split)
    assert [one.principal_id for one in await held_by(database, pair.winner_id)] == [of_winner]
    assert [one.principal_id for one in await held_by(database, pair.loser_id)] == [of_loser]


async def test_a_mandate_of_the_loser_is_used_by_the_person_who_stands_and_by_nobody_after_a_split(
    database: DB, pair: Pair
) -> None:
    company = await make_company(database)
    mandate = await administrator(database, company, pair.loser)
    from tests.organisations.samples import make_organisation

    await do(
        database, lambda tx: tx.organisations.add(make_organisation(organisation_id=company.organisation_id))
    )

    async def usable(person_id: PersonId) -> bool:
        choice = await do(database, lambda tx: held(tx, person_id, mandate.mandate_id, now=NOW))
        return choice is not None

    assert await usable(pair.loser_id)
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert (await usable(pair.winner_id), await usable(pair.loser_id)) == (True, False)
    await split_up(database, merge)
    assert (await usable(pair.winner_id), await usable(pair.loser_id)) == (False, True)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_who_proposed_a_removal_under_one_record_is_no_second_person_under_the_other(
    database: DB, pair: Pair
) -> None:
    company = await make_company(database)
    target = await administrator(database, company, company.people[0])
    both = [company.director.person_id, pair.winner_id, pair.loser_id]
    await do(
        database,
        lambda tx: replace_representatives(
            tx, company.organisation_id, both, actor="register", occasion=at()
        ),
    )
    ended = await mandate_outcome_of(
        database,
        lambda tx: end_by_person(
            tx, target.mandate_id, by=pair.loser_id, waits_until=NOW + WEEK, occasion=at()
        ),
    )
    assert isinstance(ended, Ended)
    assert ended.removal is not None
    removal_id = ended.removal.removal_id
    await merged(database, pair.winner_id, pair.loser_id)
    refused = await mandate_outcome_of(
        database, lambda tx: confirm_removal(tx, removal_id, by=pair.winner_id, occasion=at())
    )
    assert refused is MandateRule.SECOND_PERSON


async def test_parents_of_either_record_act_for_the_child_that_stands_and_custody_rests_for_both(
    database: DB,
) -> None:
    pair = await make_pair(database)
    for one in (pair.winner, pair.loser):
        child = replace(one, profile=replace(one.profile, birthdate="2015-05-01"))
        await do(database, lambda tx, c=child: tx.people.update(c))
    mother, father = make_citizen(), make_citizen()
    await do(database, lambda tx: tx.people.add_many((mother, father)))
    for child_id, parent in ((pair.winner_id, mother), (pair.loser_id, father)):
        await do(
            database,
            lambda tx, c=child_id, p=parent: replace_parents(
                tx, c, [p.person_id], actor="register", occasion=at()
            ),
        )
    merge = await merged(database, pair.winner_id, pair.loser_id)
    for_child = await see(database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, pair.winner_id))
    assert {(one.delegate_id, one.principal_id) for one in for_child} == {
        (mother.person_id, pair.winner_id),
        (father.person_id, pair.winner_id),
    }
    rests = await do(database, lambda tx: contest(tx, pair.loser_id, "letter 7", actor="d", occasion=at()))
    assert len(rests) == 2
    (waiting,) = await see(database, lambda tx: tx.conflicts.list(ConflictState.OPEN, 10))
    assert (waiting.kind, waiting.people) == (ConflictKind.CUSTODY, (pair.winner_id,))
    await do(database, lambda tx: clear(tx, pair.winner_id, "decision 3", actor="d", occasion=at()))
    assert await see(database, lambda tx: tx.conflicts.list(ConflictState.OPEN, 10)) == ()
    assert isinstance(await split_up(database, merge), Split)
    for child_id, parent in ((pair.winner_id, mother), (pair.loser_id, father)):
        found = await see(database, lambda tx, c=child_id: tx.mandates.of_principal(PrincipalKind.PERSON, c))
        assert [one.delegate_id for one in found] == [parent.person_id]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_who_acts_for_another_is_not_merged_with_them(database: DB, pair: Pair) -> None:
    child = replace(pair.loser, profile=replace(pair.loser.profile, birthdate="2015-05-01"))
    await do(database, lambda tx: tx.people.update(child))
    await do(
        database,
        lambda tx: replace_parents(tx, pair.loser_id, [pair.winner_id], actor="register", occasion=at()),
    )
    assert await proposed(database, pair.winner_id, pair.loser_id) is Rule.ACT_FOR_EACH_OTHER


async def test_what_was_made_meanwhile_is_named_before_a_split_and_goes_to_whom_it_was_said_to_be(
    database: DB, pair: Pair
) -> None:
    before = await representative(database, pair.winner_id)
    merge = await merged(database, pair.winner_id, pair.loser_id, moment=NOW + HOUR)

    async def give(moment: Any) -> tuple[OrganisationId, Mandate]:
        company = new_company()
        (mandate,) = await do(
            database,
            lambda tx: replace_representatives(
                tx, company, [pair.winner_id], actor="register", occasion=at(moment)
            ),
        )
        return company, mandate

    (first, kept), (second, given) = await give(NOW + 2 * HOUR), await give(NOW + 3 * HOUR)
    assert await split_up(database, merge) is Rule.NOT_NAMED
    names = [one.name for one in await see(database, lambda tx: made_meanwhile(tx, merged_at(tx, merge)))]
    assert names == [kept.mandate_id, given.mandate_id]
    assert await split_up(database, merge, winners=(kept.mandate_id,)) is Rule.NOT_NAMED
    wrong = (kept.mandate_id, "another")
    assert await split_up(database, merge, winners=wrong, losers=(given.mandate_id,)) is Rule.NAMED_WRONG
    both = (kept.mandate_id, given.mandate_id)
    assert await split_up(database, merge, winners=both, losers=(given.mandate_id,)) is Rule.NAMED_WRONG
    done = await split_up(database, merge, winners=(kept.mandate_id,), losers=(given.mandate_id,))
    assert isinstance(done, Split)
    assert {one.principal_id for one in await held_by(database, pair.winner_id)} == {before, first}
    assert [one.principal_id for one in await held_by(database, pair.loser_id)] == [second]


def merged_at(tx: Any, merge: Merge) -> Merge:
    found: Merge = tx.merges.get(merge.merge_id)
    return found


# ---- employment records


async def test_an_employment_record_is_the_persons_and_follows_its_number_through_merge_and_split(
    database: DB, pair: Pair
) -> None:
    hand = Hand(actor="operator:hr", occasion=at())
    for code in ("H24", "H24.08"):
        await do(database, lambda tx, c=code: tx.agencies.put(make_agency(c)))

    def record(person: Person, number: str) -> WantedRecord:
        return WantedRecord(
            employee_number=number, agency_code="H24.08", personal_id=person.profile.personal_id
        )

    async def joined(person: Person, number: str) -> OfficialId:
        outcome: Any = await database.transact(lambda tx: join(tx, record(person, number), hand))
        official: Official = outcome.unwrap()
        return official.official_id

    async def of(person_id: PersonId) -> set[OfficialId]:
        found = await see(database, lambda tx: tx.officials.of_person(person_id))
        assert {one.person_id for one in found} <= {person_id}
        return {one.official_id for one in found}

    old = await joined(pair.loser, "HP-1")
    merge = await merged(database, pair.winner_id, pair.loser_id)
    new, winners = await joined(pair.loser, "HP-2"), await joined(pair.winner, "HP-3")
    assert await of(pair.winner_id) == {old, new, winners}
    again: Any = await database.transact(lambda tx: restate(tx, old, record(pair.loser, "HP-9"), hand))
    assert again.unwrap().person_id == pair.winner_id
    assert isinstance(await split_up(database, merge), Split)
    assert await of(pair.loser_id) == {old, new}
    assert await of(pair.winner_id) == {winners}


# ---- locks and deaths beside merges


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_lock_of_either_record_holds_for_the_person_until_its_own_ground_is_lifted(
    database: DB, pair: Pair
) -> None:
    """Else a merge would be the way around a lock that somebody else asked for."""

    def lock(tx: Any, of: PersonId, ground: Ground) -> None:
        assert open_ground(tx, of, ground, "letter 9", actor="d", occasion=at())

    def lift(tx: Any, ground: Ground) -> None:
        assert lift_ground(tx, pair.winner_id, ground, "letter 10", actor="d", occasion=at())

    async def statuses() -> set[PersonStatus]:
        both = (pair.winner_id, pair.loser_id)
        return {(await see(database, lambda tx, p=one: tx.people.get(p))).status for one in both}

    await do(database, lambda tx: lock(tx, pair.winner_id, Ground.CITY))
    await do(database, lambda tx: lock(tx, pair.loser_id, Ground.NATIONAL))
    merge = await merged(database, pair.winner_id, pair.loser_id)
    await do(database, lambda tx: lift(tx, Ground.CITY))
    assert await statuses() == {PersonStatus.LOCKED}
    await do(database, lambda tx: lift(tx, Ground.NATIONAL))
    assert await statuses() == {PersonStatus.ACTIVE}
    await do(database, lambda tx: lock(tx, pair.winner_id, Ground.CITY))
    done = await split_up(database, merge)
    assert isinstance(done, Split)
    assert done.is_locked
    assert await statuses() == {PersonStatus.LOCKED}


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_record_of_the_dead_stays_so_whatever_happens_to_the_living_it_was_merged_into(
    database: DB, pair: Pair
) -> None:
    await do(
        database,
        lambda tx: open_ground(tx, pair.loser_id, Ground.DEAD, "register", actor="r", occasion=at()),
    )
    merge = await merged(database, pair.winner_id, pair.loser_id, dead_with_living=True)
    for change in (open_ground, lift_ground):
        await do(
            database,
            lambda tx, c=change: c(tx, pair.winner_id, Ground.CITY, "letter", actor="d", occasion=at()),
        )
    winner = await see(database, lambda tx: tx.people.get(pair.winner_id))
    loser = await see(database, lambda tx: tx.people.get(pair.loser_id))
    assert (winner.status, loser.status) == (PersonStatus.ACTIVE, PersonStatus.DECEASED)
    assert isinstance(await split_up(database, merge), Split)
    after = await see(database, lambda tx: tx.people.get(pair.loser_id))
    assert after.status is PersonStatus.DECEASED
