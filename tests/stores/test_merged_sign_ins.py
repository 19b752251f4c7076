"""Accounts of a merged record lead to the one person, and go back with their record."""

from dataclasses import replace
from typing import Any

import pytest

from idp.conflicts.model import ConflictKind, ConflictState
from idp.database import Database
from idp.merges.model import Rule
from idp.merges.service import Split
from idp.people.model import Attribute
from idp.people.service import NotRecognised
from tests.stores.mandate_samples import (
    make_citizen,
)
from tests.stores.merge_samples import (
    Pair,
    comes,
    identity,
    make_pair,
    merged,
    person_of,
    split_up,
)
from tests.stores.samples import DAY, HOUR, NOW, do, see

DB = Database[Any]


@pytest.fixture
async def pair(database: DB) -> Pair:
    return await make_pair(database)


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
