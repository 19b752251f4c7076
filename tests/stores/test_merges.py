"""One record stands for another and is split off again: nothing of either is lost, mixed up or given to the other."""

from dataclasses import replace
from typing import Any

import pytest

from idp.database import Database
from idp.ids import PersonId
from idp.merges.model import Merge, MergeState, Rule
from idp.merges.service import Merged, Split, confirm, propose, subjects_of, withdraw
from idp.people.model import IdentifierScheme, PersonStatus
from tests.stores.mandate_samples import make_citizen
from tests.stores.merge_samples import (
    FIRST,
    SECOND,
    WEEK,
    Pair,
    at,
    make_pair,
    merged,
    outcome_of,
    proposed,
    split_up,
    wanted,
)
from tests.stores.samples import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    do,
    make_client,
    make_code,
    make_generation,
    make_grant,
    make_handle,
    make_session,
    see,
)

DB = Database[Any]
SECTOR = "portal.example"


@pytest.fixture
async def pair(database: DB) -> Pair:
    return await make_pair(database)


async def sub(database: DB, person_id: PersonId, sector: str = SECTOR) -> str:
    """Sign a person in to a sector: the value it is told, chosen if there is none."""
    return str(await do(database, lambda tx: tx.subjects.sub_for(person_id, sector, f"first of {person_id}")))


async def known_as(database: DB, person_id: PersonId, sector: str = SECTOR) -> str | None:
    found: str | None = await see(database, lambda tx: tx.subjects.find(person_id, sector))
    return found


# ---- which sub a sector is told: the table of adr/0036


async def test_a_sector_that_knew_only_the_loser_keeps_its_sub_and_gives_it_back(
    database: DB, pair: Pair
) -> None:
    of_loser = await sub(database, pair.loser_id)
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert await sub(database, pair.winner_id) == of_loser
    assert await split_up(database, merge)
    assert await sub(database, pair.loser_id) == of_loser
    assert await known_as(database, pair.winner_id) is None
    assert await sub(database, pair.winner_id) != of_loser


async def test_a_sector_that_knew_only_the_winner_sees_nothing_change(database: DB, pair: Pair) -> None:
    of_winner = await sub(database, pair.winner_id)
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert await sub(database, pair.winner_id) == of_winner
    assert await split_up(database, merge)
    assert await sub(database, pair.winner_id) == of_winner
    assert await sub(database, pair.loser_id) != of_winner


async def test_a_sector_that_knew_both_is_told_the_winners_and_the_losers_is_reserved(
    database: DB, pair: Pair
) -> None:
    of_winner, of_loser = await sub(database, pair.winner_id), await sub(database, pair.loser_id)
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert await sub(database, pair.winner_id) == of_winner
    (found,) = await see(database, lambda tx: subjects_of(tx, pair.winner_id, [pair.loser_id]))
    assert (found.sector, found.in_use, found.aliases) == (SECTOR, of_winner, (of_loser,))
    stranger = make_citizen()
    await do(database, lambda tx: tx.people.add(stranger))
    assert not await do(database, lambda tx: tx.subjects.adopt(stranger.person_id, SECTOR, of_loser))
    assert await split_up(database, merge)
    assert await sub(database, pair.winner_id) == of_winner
    assert await sub(database, pair.loser_id) == of_loser


async def test_a_sector_met_while_they_were_one_knows_the_winner(database: DB, pair: Pair) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    of_both = await sub(database, pair.winner_id)
    assert await split_up(database, merge)
    assert await sub(database, pair.winner_id) == of_both
    assert await sub(database, pair.loser_id) != of_both


async def test_of_two_losers_the_one_merged_first_lends_its_sub_and_a_later_merge_changes_nothing(
    database: DB, pair: Pair
) -> None:
    other = make_citizen()
    await do(database, lambda tx: tx.people.add(other))
    first, second = await sub(database, pair.loser_id), await sub(database, other.person_id)
    merge = await merged(database, pair.winner_id, pair.loser_id, moment=NOW + HOUR)
    await merged(database, pair.winner_id, other.person_id, moment=NOW + 2 * HOUR)
    assert await sub(database, pair.winner_id) == first
    assert await split_up(database, merge)
    assert await sub(database, pair.loser_id) == first
    assert await sub(database, pair.winner_id) == second


async def test_merging_and_splitting_again_gives_the_same_subs_every_time(database: DB, pair: Pair) -> None:
    of_loser = await sub(database, pair.loser_id)
    for day in range(3):
        merge = await merged(database, pair.winner_id, pair.loser_id, moment=NOW + day * DAY)
        assert await sub(database, pair.winner_id) == of_loser
        assert isinstance(await split_up(database, merge, moment=NOW + day * DAY + HOUR), Split)
        assert await sub(database, pair.loser_id) == of_loser


# ---- what ends, and what does not


async def signed_in(database: DB, person_id: PersonId) -> tuple[str, str, str]:
    """A session with an offline grant at one service: cookie, code, refresh token."""
    client, session = make_client(), make_session(person_id)
    grant = make_grant(person_id, client.client_id)
    from idp.ids import HandleKind

    cookie = make_handle(HandleKind.SESSION, person_id)
    code = make_code(grant, session.session_id)
    token = make_handle(HandleKind.REFRESH_TOKEN, person_id)

    def store(tx: Any) -> None:
        if tx.clients.get(client.client_id) is None:
            tx.clients.put(client, NOW)
        assert tx.sessions.add(session, cookie)
        tx.grants.add(grant, session_id=session.session_id, offline=True, expires_at=NOW + 90 * DAY, now=NOW)
        tx.codes.add(code)
        tx.refresh_tokens.add(token, make_generation(grant, None))

    await do(database, store)
    return cookie, code.code, token


async def test_what_was_live_under_the_loser_ends_and_the_winners_goes_on(database: DB, pair: Pair) -> None:
    cookie, code, token = await signed_in(database, pair.loser_id)
    kept, _, kept_token = await signed_in(database, pair.winner_id)
    proposal = await proposed(database, pair.winner_id, pair.loser_id)
    done = await outcome_of(database, lambda tx: confirm(tx, proposal.merge_id, actor=SECOND, occasion=at()))
    assert isinstance(done, Merged)
    assert (done.sessions, done.grants) == (1, 1)

    def live(tx: Any) -> tuple[bool, ...]:
        ended = (tx.sessions.find(cookie), tx.codes.find(code).is_live, tx.refresh_tokens.find(token).is_live)
        goes_on = (tx.sessions.find(kept), tx.refresh_tokens.find(kept_token).is_live)
        return (*map(bool, ended), *map(bool, goes_on))

    assert await see(database, live) == (False, False, False, True, True)
    assert await do(database, lambda tx: tx.codes.spend(code, NOW)) is False


async def test_no_session_begins_for_a_record_that_another_stands_for(database: DB, pair: Pair) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    with pytest.raises(AssertionError):
        await signed_in(database, pair.loser_id)
    await split_up(database, merge)
    await signed_in(database, pair.loser_id)


async def test_a_split_ends_all_that_either_of_the_two_may_have_begun(database: DB, pair: Pair) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    cookie, _, token = await signed_in(database, pair.winner_id)
    done = await split_up(database, merge, moment=NOW + MINUTE)
    assert isinstance(done, Split)
    assert (done.sessions, done.grants) == (1, 1)
    assert await see(database, lambda tx: tx.sessions.find(cookie)) is None
    assert not await see(database, lambda tx: tx.refresh_tokens.find(token).is_live)


# ---- who is found


async def test_every_identifier_of_either_finds_the_one_who_stands_and_after_a_split_its_own(
    database: DB, pair: Pair
) -> None:
    numbers = pair.winner.profile.personal_id, pair.loser.profile.personal_id

    def found(tx: Any) -> list[PersonId]:
        return [
            tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, number).person_id for number in numbers
        ]

    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert await see(database, found) == [pair.winner_id, pair.winner_id]
    holder = await see(database, lambda tx: tx.people.find_holder(IdentifierScheme.PERSONAL_ID, numbers[1]))
    assert (holder.person.person_id, holder.record_id) == (pair.winner_id, pair.loser_id)
    await split_up(database, merge)
    assert await see(database, found) == [pair.winner_id, pair.loser_id]


async def test_a_phone_that_both_records_have_is_one_persons(database: DB) -> None:
    phone = "+84912345678"
    pair = await make_pair(database)
    for one in (pair.winner, pair.loser):
        with_phone = replace(one, profile=replace(one.profile, phone=phone))
        await do(database, lambda tx, w=with_phone: tx.people.update(w))

    def holder(tx: Any) -> Any:
        return tx.people.find_holder(IdentifierScheme.PHONE, phone)

    assert await see(database, holder) is None
    merge = await merged(database, pair.winner_id, pair.loser_id)
    found = await see(database, holder)
    assert (found.person.person_id, found.record_id) == (pair.winner_id, pair.winner_id)
    await split_up(database, merge)
    assert await see(database, holder) is None


async def test_a_sign_in_that_brings_news_undoes_no_merge_and_no_split(database: DB, pair: Pair) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    await do(database, lambda tx: tx.people.update(pair.loser))
    assert (await see(database, lambda tx: tx.people.canonical(pair.loser_id))).person_id == pair.winner_id
    as_merged = await see(database, lambda tx: tx.people.get(pair.loser_id))
    await split_up(database, merge)
    await do(database, lambda tx: tx.people.update(as_merged))
    assert (await see(database, lambda tx: tx.people.canonical(pair.loser_id))).person_id == pair.loser_id


# ---- who may, and what is refused: rules that no engine changes


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(("reason", "letter"), [("", "12/CAHP"), ("one person", " ")])
async def test_a_merge_without_reason_or_letter_is_refused(
    database: DB, pair: Pair, reason: str, letter: str
) -> None:
    found = await proposed(database, pair.winner_id, pair.loser_id, reason=reason, letter=letter)
    assert found is Rule.REASON


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_two_living_people_with_two_proved_numbers_are_two_until_a_cause_is_given(
    database: DB, pair: Pair
) -> None:
    assert await proposed(database, pair.winner_id, pair.loser_id, cause=None) is Rule.NUMBERS_DIFFER
    assert isinstance(await proposed(database, pair.winner_id, pair.loser_id), Merge)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_merge_takes_two_stewards(database: DB, pair: Pair) -> None:
    proposal = await proposed(database, pair.winner_id, pair.loser_id)
    alone = await outcome_of(database, lambda tx: confirm(tx, proposal.merge_id, actor=FIRST, occasion=at()))
    assert alone is Rule.SECOND_PERSON
    assert (await see(database, lambda tx: tx.people.get(pair.loser_id))).canonical_id is None


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_one_person_under_two_user_names_is_one_steward(database: DB, pair: Pair) -> None:
    steward = make_citizen()

    def store(tx: Any) -> None:
        tx.people.add(steward)
        for name in ("lan", "binh"):
            tx.people.add_identifier(steward.person_id, IdentifierScheme.USERNAME, name, now=NOW)

    await do(database, store)
    proposal = await proposed(database, pair.winner_id, pair.loser_id)
    again = await outcome_of(database, lambda tx: confirm(tx, proposal.merge_id, actor=SECOND, occasion=at()))
    assert again is Rule.SECOND_PERSON


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("which", ["winner_id", "loser_id"])
async def test_nobody_merges_or_splits_their_own_record(database: DB, pair: Pair, which: str) -> None:
    own: PersonId = getattr(pair, which)
    merge = await merged(database, pair.winner_id, pair.loser_id)
    await do(database, lambda tx: tx.people.add_identifier(own, IdentifierScheme.USERNAME, "lan", now=NOW))
    assert await split_up(database, merge) is Rule.CONCERNED
    assert isinstance(await split_up(database, merge, by="operator:other"), Split)
    assert await proposed(database, pair.winner_id, pair.loser_id) is Rule.CONCERNED
    proposal = await proposed(database, pair.winner_id, pair.loser_id, by="operator:other")
    mine = await outcome_of(database, lambda tx: confirm(tx, proposal.merge_id, actor=FIRST, occasion=at()))
    assert mine is Rule.CONCERNED


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_record_merged_already_is_not_merged_again_and_a_winner_that_was_is_the_one_that_stands(
    database: DB, pair: Pair
) -> None:
    third = make_citizen()
    await do(database, lambda tx: tx.people.add(third))
    await merged(database, pair.winner_id, pair.loser_id)
    assert await proposed(database, third.person_id, pair.loser_id) is Rule.MERGED_ALREADY
    assert await proposed(database, pair.loser_id, pair.winner_id) is Rule.SAME
    assert await proposed(database, pair.winner_id, pair.loser_id) is Rule.SAME
    assert await proposed(database, third.person_id, pair.winner_id) is Rule.STANDS_FOR_OTHERS
    found = await proposed(database, pair.loser_id, third.person_id)
    assert isinstance(found, Merge)
    assert found.winner_id == pair.winner_id


async def test_what_changed_since_the_proposal_counts_when_it_is_confirmed(database: DB, pair: Pair) -> None:
    proposal = await proposed(database, pair.winner_id, pair.loser_id)
    await do(database, lambda tx: tx.people.set_status(pair.loser_id, PersonStatus.LOCKED, "letter 9", NOW))
    found = await outcome_of(database, lambda tx: confirm(tx, proposal.merge_id, actor=SECOND, occasion=at()))
    assert found is Rule.LOCKED


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_proposal_is_confirmed_once_in_time_and_not_after_it_was_withdrawn(
    database: DB, pair: Pair
) -> None:
    proposal = await proposed(database, pair.winner_id, pair.loser_id)
    assert await proposed(database, pair.winner_id, pair.loser_id) is Rule.PROPOSED_ALREADY
    late = await outcome_of(
        database, lambda tx: confirm(tx, proposal.merge_id, actor=SECOND, occasion=at(NOW + WEEK))
    )
    assert late is Rule.OVER
    await outcome_of(
        database, lambda tx: withdraw(tx, proposal.merge_id, "no letter", actor=SECOND, occasion=at())
    )
    gone = await outcome_of(database, lambda tx: confirm(tx, proposal.merge_id, actor=SECOND, occasion=at()))
    assert gone is Rule.OVER
    stored = await see(database, lambda tx: tx.merges.get(proposal.merge_id))
    assert (stored.state, stored.close_reason) == (MergeState.WITHDRAWN, "no letter")


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_merge_is_split_once(database: DB, pair: Pair) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert isinstance(await split_up(database, merge), Split)
    assert await split_up(database, merge) is Rule.OVER


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_record_of_who_is_locked_while_merged_is_locked_after_a_split(
    database: DB, pair: Pair
) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    await do(database, lambda tx: tx.people.set_status(pair.winner_id, PersonStatus.LOCKED, "letter 9", NOW))
    done = await split_up(database, merge)
    assert isinstance(done, Split)
    assert done.is_locked
    assert (await see(database, lambda tx: tx.people.get(pair.loser_id))).status is PersonStatus.LOCKED


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_is_proposed_of_records_that_are_not_there_leaves_no_trace(database: DB) -> None:
    nobody = wanted(PersonId("no"), PersonId("body"))
    found = await outcome_of(database, lambda tx: propose(tx, nobody, waits=WEEK, actor=FIRST, occasion=at()))
    assert found is Rule.UNKNOWN


async def test_what_is_over_is_erased_in_time_and_what_stands_is_not(database: DB, pair: Pair) -> None:
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert await do(database, lambda tx: tx.merges.erase_expired(NOW + 10_000 * DAY, 10)) == 0
    await split_up(database, merge, moment=NOW + DAY)
    assert await do(database, lambda tx: tx.merges.erase_expired(NOW + DAY - MINUTE, 10)) == 0
    assert await do(database, lambda tx: tx.merges.erase_expired(NOW + DAY, 10)) == 1


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_words_of_a_merge_are_sealed(database: DB, pair: Pair) -> None:
    from sqlalchemy import text

    await merged(database, pair.winner_id, pair.loser_id, reason="Nguyễn Thị Hoà has two cards")
    stored = await see(database, lambda tx: tx.connection.execute(text("SELECT * FROM merges")).one())
    assert not any(
        "Hoà" in str(value) or b"Ho" in bytes(value) for value in stored if isinstance(value, bytes)
    )
    assert "Hoà" not in str([value for value in stored if isinstance(value, str)])
