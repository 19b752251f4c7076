"""The stewards' queue: the same conflict once, however often it comes; what opens one, and who may close it."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from idp.audit.events import EventType
from idp.conflicts.model import ConflictKind, ConflictRefused, ConflictState
from idp.conflicts.service import assign, dismiss, open_conflict, resolve
from idp.database import Database, Refused
from idp.ids import OfficialId, PersonId
from idp.officials.model import Official, WantedRecord
from idp.officials.service import Hand, join, link_waiting
from idp.people.model import IdentifierScheme, NumberCause
from idp.people.service import NotRecognised, Recognised, change_personal_id
from tests.organisations.samples import make_agency
from tests.stores.mandate_samples import events_of, make_citizen
from tests.stores.merge_samples import FIRST, SECOND, Pair, at, comes, identity, make_pair, merged, wanted
from tests.stores.samples import DAY, HOUR, NOW, do, see

DB = Database[Any]


@pytest.fixture
async def pair(database: DB) -> Pair:
    return await make_pair(database)


async def opened(database: DB, *people: PersonId, moment: Any = NOW, **facts: str) -> str:
    conflict_id: str = await do(
        database,
        lambda tx: open_conflict(
            tx, kind=ConflictKind.DUPLICATE, people=people, facts=facts, occasion=at(moment)
        ),
    )
    return conflict_id


async def waiting(database: DB) -> list[tuple[ConflictKind, int]]:
    found = await see(database, lambda tx: tx.conflicts.list(ConflictState.OPEN, 100))
    return [(one.kind, one.count) for one in found]


async def refused(database: DB, fn: Any) -> str:
    outcome = await database.transact(fn)
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, ConflictRefused)
    return str(outcome.error)


async def test_the_same_conflict_is_there_once_and_counted(database: DB, pair: Pair) -> None:
    both = pair.winner_id, pair.loser_id
    first = await opened(database, *both, issuer="n")
    again = await opened(database, *reversed(both), issuer="n", moment=NOW + HOUR)
    assert again == first
    assert await opened(database, *both, issuer="other") != first
    assert await opened(database, pair.winner_id, issuer="n") != first
    found = await see(database, lambda tx: tx.conflicts.get(first))
    assert (found.count, found.opened_at, found.last_at) == (2, NOW, NOW + HOUR)
    assert dict(found.facts) == {"issuer": "n"}
    assert len(await see(database, lambda tx: events_of(tx, EventType.CONFLICT_OPENED))) == 3


async def test_many_at_once_are_one(database: DB, pair: Pair) -> None:
    ids = await asyncio.gather(*(opened(database, pair.winner_id, issuer="n") for _ in range(12)))
    assert len(set(ids)) == 1
    assert await waiting(database) == [(ConflictKind.DUPLICATE, 12)]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_it_says_of_people_is_sealed(database: DB, pair: Pair) -> None:
    conflict_id = await opened(database, pair.winner_id, account="sub-huong")
    await do(database, lambda tx: dismiss(tx, conflict_id, "twins", actor=FIRST, occasion=at()))
    row = await see(database, lambda tx: tx.connection.execute(text("SELECT * FROM conflicts")).one())
    assert "sub-huong" not in str(tuple(row))
    assert "twins" not in str(tuple(row))


async def test_a_resolved_conflict_that_comes_again_is_a_new_one_and_a_dismissed_one_is_only_counted(
    database: DB, pair: Pair
) -> None:
    first = await opened(database, pair.winner_id)
    await do(database, lambda tx: resolve(tx, first, "number given back", actor=FIRST, occasion=at()))
    second = await opened(database, pair.winner_id)
    assert second != first
    await do(database, lambda tx: dismiss(tx, second, "twins", actor=FIRST, occasion=at()))
    assert await opened(database, pair.winner_id) == second
    assert await waiting(database) == []
    kept = await see(database, lambda tx: tx.conflicts.get(second))
    assert (kept.state, kept.count, kept.closed_by, kept.close_reason) == (
        ConflictState.DISMISSED,
        2,
        FIRST,
        "twins",
    )


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_it_is_closed_once_with_a_reason_and_by_nobody_it_is_about(database: DB, pair: Pair) -> None:
    conflict_id = await opened(database, pair.winner_id)
    await do(
        database,
        lambda tx: tx.people.add_identifier(pair.winner_id, IdentifierScheme.USERNAME, "binh", now=NOW),
    )

    def close(actor: str, reason: str) -> Any:
        return lambda tx: resolve(tx, conflict_id, reason, actor=actor, occasion=at())

    assert await refused(database, close(FIRST, " ")) == "a reason is needed"
    assert "themselves" in await refused(database, close(SECOND, "mine"))
    assert "themselves" in await refused(
        database, lambda tx: assign(tx, conflict_id, SECOND, actor=FIRST, occasion=at())
    )
    await do(database, lambda tx: assign(tx, conflict_id, FIRST, actor=FIRST, occasion=at()))
    assert (await see(database, lambda tx: tx.conflicts.get(conflict_id))).assignee == FIRST
    await do(database, close(FIRST, "done"))
    assert await refused(database, close(FIRST, "again")) == "it is closed"
    assert (
        await refused(database, lambda tx: resolve(tx, "none", "r", actor=FIRST, occasion=at()))
        == "no such conflict"
    )


async def test_what_was_closed_is_erased_in_time_and_what_waits_is_measured(database: DB, pair: Pair) -> None:
    first = await opened(database, pair.winner_id)
    await opened(database, pair.loser_id, moment=NOW + HOUR)
    found = await see(database, lambda tx: tx.conflicts.measure(10))
    assert (found.count, found.oldest) == (2, NOW)
    await do(database, lambda tx: dismiss(tx, first, "twins", actor=FIRST, occasion=at(NOW + DAY)))
    assert await do(database, lambda tx: tx.conflicts.erase_closed(NOW + DAY - HOUR, 10)) == 0
    assert await do(database, lambda tx: tx.conflicts.erase_closed(NOW + 1000 * DAY, 10)) == 1
    assert (await see(database, lambda tx: tx.conflicts.measure(10))).oldest == NOW + HOUR


# ---- what opens one


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_an_account_that_states_anothers_number_is_refused_and_waits(database: DB, pair: Pair) -> None:
    assert isinstance(await comes(database, identity(pair.winner, "w")), Recognised)
    other = identity(pair.winner, "w", personal_id=pair.loser.profile.personal_id)
    for _ in range(2):
        assert isinstance(await comes(database, other), NotRecognised)
    (one,) = await see(database, lambda tx: tx.conflicts.list(ConflictState.OPEN, 10))
    assert (one.kind, one.people, one.count) == (
        ConflictKind.NUMBER_OF_ANOTHER,
        (pair.winner_id, pair.loser_id),
        2,
    )
    await merged(database, pair.winner_id, pair.loser_id, conflict_id=one.conflict_id)
    settled = await see(database, lambda tx: tx.conflicts.get(one.conflict_id))
    assert settled.state is ConflictState.RESOLVED


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_number_without_its_proof_links_nothing_and_waits(database: DB, pair: Pair) -> None:
    assert isinstance(await comes(database, identity(pair.winner, level=1)), NotRecognised)
    assert await waiting(database) == [(ConflictKind.NUMBER_NOT_PROVED, 1)]
    assert await see(database, lambda tx: tx.upstreams.of_person(pair.winner_id)) == ()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_second_account_of_one_upstream_is_linked_and_waits(database: DB, pair: Pair) -> None:
    await comes(database, identity(pair.winner, "first"))
    assert await waiting(database) == []
    assert isinstance(await comes(database, identity(pair.winner, "second")), Recognised)
    assert await waiting(database) == [(ConflictKind.TWO_ACCOUNTS, 1)]
    await comes(database, identity(pair.winner, "second"))
    assert await waiting(database) == [(ConflictKind.TWO_ACCOUNTS, 1)]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_weaker_word_about_who_somebody_is_waits_and_another_phone_does_not(
    database: DB, pair: Pair
) -> None:
    await comes(database, identity(pair.winner, gender="female", phone="+84911111111"))
    await comes(database, identity(pair.winner, level=1, gender="female", phone="+84922222222"))
    assert await waiting(database) == []
    await comes(database, identity(pair.winner, level=1, gender="male"))
    (one,) = await see(database, lambda tx: tx.conflicts.list(ConflictState.OPEN, 10))
    assert (one.kind, one.facts["fields"]) == (ConflictKind.CONTRADICTION, "gender")


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_people_of_one_name_and_birth_date_are_no_conflict(database: DB) -> None:
    for number in ("031190900123", "031190900124"):
        person = make_citizen()
        who = identity(person, number, full_name="Nguyễn Thị Hương", personal_id=number)
        assert isinstance(await comes(database, who), Recognised)
    assert await waiting(database) == []


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_desk_that_gives_anothers_number_finds_a_duplicate_to_look_at(
    database: DB, pair: Pair
) -> None:
    outcome = await database.transact(
        lambda tx: change_personal_id(
            tx,
            pair.winner_id,
            pair.loser.profile.personal_id,
            NumberCause.DATA_CORRECTED,
            at(),
            actor=FIRST,
            reason="letter 3",
        )
    )
    assert isinstance(outcome, Refused)
    assert await waiting(database) == [(ConflictKind.DUPLICATE, 1)]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_an_employment_record_whose_number_nobody_proved_waits_for_a_steward(database: DB) -> None:
    person = make_citizen(account_level=1)
    hand = Hand(actor="operator:hr", occasion=at())
    await do(database, lambda tx: tx.people.add(person))
    for code in ("H24", "H24.08"):
        await do(database, lambda tx, c=code: tx.agencies.put(make_agency(c)))

    async def waits(number: str, personal_id: str) -> OfficialId:
        record = WantedRecord(employee_number=number, agency_code="H24.08", personal_id=personal_id)
        outcome: Any = await database.transact(lambda tx: join(tx, record, hand))
        official: Official = outcome.unwrap()
        await do(database, lambda tx: link_waiting(tx, official.official_id, hand))
        return official.official_id

    await waits("HP-1", "031190999999")  # nobody's: no conflict
    assert await waiting(database) == []
    official_id = await waits("HP-2", person.profile.personal_id)
    await do(database, lambda tx: link_waiting(tx, official_id, hand))
    assert await waiting(database) == [(ConflictKind.OFFICIAL_UNPROVED, 2)]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_merge_names_a_conflict_that_is_there(database: DB, pair: Pair) -> None:
    from idp.merges.model import Rule
    from idp.merges.service import propose
    from tests.stores.merge_samples import WEEK, outcome_of

    asked = wanted(pair.winner_id, pair.loser_id, conflict_id="none")
    found = await outcome_of(database, lambda tx: propose(tx, asked, waits=WEEK, actor=FIRST, occasion=at()))
    assert found is Rule.UNKNOWN
