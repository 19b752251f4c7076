"""Mandates, employment records and accounts of a merged record are the one person's, and go back with their record."""

from dataclasses import replace
from typing import Any

import pytest

from federation.upstream import AccountKind, ExternalAttributes, ExternalIdentity
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
from idp.people.model import Attribute, Person, PersonStatus
from idp.people.service import NotRecognised, Recognised, recognise
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
from tests.stores.merge_samples import WEEK, Pair, at, make_pair, merged, proposed, split_up
from tests.stores.samples import DAY, HOUR, NOW, do, see

DB = Database[Any]
NATIONAL = "https://national.example"


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


# ---- sign-ins at the national system


def identity(of: Person, subject: str = "s", *, level: int = 2, **told: Any) -> ExternalIdentity:
    values: dict[str, Any] = {
        "full_name": of.profile.full_name,
        "personal_id": of.profile.personal_id,
        "birthdate": "1990-04-01",
    }
    return ExternalIdentity(
        issuer=NATIONAL,
        subject=subject,
        kind=AccountKind.CITIZEN,
        loa="LoA2",
        account_level=level,
        auth_time=NOW,
        amr=("pwd",),
        attributes=ExternalAttributes(**(values | told)),
    )


async def comes(database: DB, who: ExternalIdentity, moment: Any = NOW) -> Recognised | NotRecognised:
    outcome: Any = await database.transact(lambda tx: recognise(tx, who, occasion=at(moment)))
    found: Recognised | NotRecognised = outcome.unwrap()
    return found


async def person_of(database: DB, who: ExternalIdentity, moment: Any = NOW) -> PersonId:
    found = await comes(database, who, moment)
    assert isinstance(found, Recognised), found
    return found.person.person_id


async def test_each_account_leads_to_the_one_who_stands_and_after_a_split_to_its_own(
    database: DB, pair: Pair
) -> None:
    first, second = identity(pair.winner, "w"), identity(pair.loser, "l")
    assert await person_of(database, first) == pair.winner_id
    assert await person_of(database, second) == pair.loser_id
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert await person_of(database, first) == pair.winner_id
    assert await person_of(database, second) == pair.winner_id
    assert isinstance(await split_up(database, merge), Split)
    assert await person_of(database, first, NOW + DAY) == pair.winner_id
    assert await person_of(database, second, NOW + DAY) == pair.loser_id


async def test_an_account_linked_meanwhile_by_the_losers_number_is_shown_and_can_go_back_with_it(
    database: DB, pair: Pair
) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    new = identity(pair.loser, "new")
    assert await person_of(database, new, NOW + HOUR) == pair.winner_id
    assert await split_up(database, merge) is Rule.NOT_NAMED
    assert isinstance(await split_up(database, merge, losers=("link:1",)), Split)
    assert await person_of(database, new, NOW + 2 * DAY) == pair.loser_id


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_an_account_linked_meanwhile_can_be_said_to_be_the_winners(database: DB, pair: Pair) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert await person_of(database, identity(pair.loser, "new"), NOW + HOUR) == pair.winner_id
    assert isinstance(await split_up(database, merge, winners=("link:1",)), Split)
    links = await see(database, lambda tx: tx.upstreams.of_record(pair.winner_id))
    assert [one.subject for one in links] == ["new"]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_losers_number_stated_through_the_winners_account_is_let_in_kept_out_and_left_to_a_steward(
    database: DB, pair: Pair
) -> None:
    assert await person_of(database, identity(pair.winner, "w")) == pair.winner_id
    merge = await merged(database, pair.winner_id, pair.loser_id)
    other_number = identity(pair.winner, "w", personal_id=pair.loser.profile.personal_id)
    for _ in range(3):
        assert await person_of(database, other_number, NOW + HOUR) == pair.winner_id
    stands = await see(database, lambda tx: tx.people.get(pair.winner_id))
    assert stands.profile.personal_id == pair.winner.profile.personal_id
    (waiting,) = await see(database, lambda tx: tx.conflicts.list(ConflictState.OPEN, 10))
    assert (waiting.kind, waiting.count) == (ConflictKind.NUMBER_OF_MERGED, 3)
    await split_up(database, merge)
    assert isinstance(await comes(database, other_number, NOW + 2 * DAY), NotRecognised)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_a_sign_in_wrote_meanwhile_is_taken_back_and_what_a_register_wrote_is_not(
    database: DB, pair: Pair
) -> None:
    assert await person_of(database, identity(pair.loser, "l")) == pair.loser_id
    assert await person_of(database, identity(pair.winner, "w")) == pair.winner_id
    was = await see(database, lambda tx: tx.people.get(pair.winner_id))
    merge = await merged(database, pair.winner_id, pair.loser_id)
    another = identity(pair.loser, "l", full_name="Trần Văn Khác", gender="male", phone="+84911111111")
    assert await person_of(database, another, NOW + HOUR) == pair.winner_id
    meanwhile = await see(database, lambda tx: tx.people.get(pair.winner_id))
    assert meanwhile.profile.full_name == "Trần Văn Khác"
    from idp.people.model import Origin, Source

    origins = {
        **meanwhile.profile.origins,
        Attribute.BIRTHDATE: Origin(source=Source.REGISTER, level=2, at=NOW + 2 * HOUR),
    }
    by_register = replace(meanwhile.profile, birthdate="1990-04-02", origins=origins)
    await do(database, lambda tx: tx.people.update(replace(meanwhile, profile=by_register)))
    assert isinstance(await split_up(database, merge), Split)
    now = await see(database, lambda tx: tx.people.get(pair.winner_id))
    assert now.profile.full_name == was.profile.full_name
    assert (now.profile.gender, now.profile.phone) == (was.profile.gender, was.profile.phone)
    assert now.profile.birthdate == "1990-04-02"
    assert now.profile.personal_id == was.profile.personal_id


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_one_merged_record_said_is_never_brought_back_by_the_split_of_another(
    database: DB, pair: Pair
) -> None:
    other = make_citizen()
    await do(database, lambda tx: tx.people.add(other))
    assert await person_of(database, identity(pair.winner, "w")) == pair.winner_id
    assert await person_of(database, identity(pair.loser, "l")) == pair.loser_id
    first = await merged(database, pair.winner_id, pair.loser_id, moment=NOW + HOUR)
    strange = identity(pair.loser, "l", full_name="Trần Văn Khác")
    assert await person_of(database, strange, NOW + 2 * HOUR) == pair.winner_id
    second = await merged(database, pair.winner_id, other.person_id, moment=NOW + 3 * HOUR)
    assert isinstance(await split_up(database, first, moment=NOW + 4 * HOUR), Split)
    assert await person_of(database, identity(pair.winner, "w", gender="female"), NOW + 5 * HOUR)
    newer = identity(pair.winner, "w", full_name="Nguyễn Thị Hoà Mới")
    assert await person_of(database, newer, NOW + 6 * HOUR) == pair.winner_id
    assert isinstance(await split_up(database, second, moment=NOW + 7 * HOUR), Split)
    now = await see(database, lambda tx: tx.people.get(pair.winner_id))
    assert now.profile.full_name == pair.winner.profile.full_name


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
