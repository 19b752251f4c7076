"""A child's record that is merged into one with another birth date: parents act until the 18th birthday of that one."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from idp.database import Database
from idp.ids import PersonId
from idp.mandates.model import Mandate, PrincipalKind
from idp.mandates.service import replace_parents
from tests.stores.mandate_samples import make_citizen
from tests.stores.merge_samples import Pair, at, make_pair, merged, split_up
from tests.stores.samples import do, see

DB = Database[Any]
EIGHTEEN_OF_2012 = datetime(2030, 4, 30, 17, 0, tzinfo=UTC)


async def pair_of(database: DB, born_as_winner: str) -> tuple[Pair, PersonId]:
    """Two records, the loser a child of 2015, with a parent of theirs."""
    pair = await make_pair(database)
    parent = make_citizen()

    def arrange(tx: Any) -> None:
        tx.people.add_many((parent,))
        for one, born in ((pair.winner, born_as_winner), (pair.loser, "2015-05-01")):
            tx.people.update(
                replace(one, birth_year=int(born[:4]), profile=replace(one.profile, birthdate=born))
            )
        replace_parents(tx, pair.loser_id, [parent.person_id], actor="register", occasion=at())

    await do(database, arrange)
    return pair, parent.person_id


async def held(database: DB, parent: PersonId) -> Mandate:
    (found,) = await see(database, lambda tx: tx.mandates.of_delegate(parent))
    assert isinstance(found, Mandate)
    assert found.principal_kind is PrincipalKind.PERSON
    return found


async def test_of_a_person_of_age_nobody_is_parent_any_more(database: DB) -> None:
    pair, parent = await pair_of(database, "1984-03-14")
    assert (await held(database, parent)).ended_at is None
    await merged(database, pair.winner_id, pair.loser_id)
    assert (await held(database, parent)).is_over(at().now)


async def test_an_earlier_birthday_counts_until_a_split_gives_the_later_one_back(
    database: DB,
) -> None:
    pair, parent = await pair_of(database, "2012-05-01")
    until = (await held(database, parent)).valid_to
    merge = await merged(database, pair.winner_id, pair.loser_id)
    assert (await held(database, parent)).valid_to == EIGHTEEN_OF_2012
    await split_up(database, merge)
    assert (await held(database, parent)).valid_to == until
