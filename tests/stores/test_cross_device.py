"""Sign-ins that wait to be confirmed elsewhere: one an interaction, found by its code, answered and spent once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from idp.cross_device.model import CONFIRMED_LIFE, LIFE, MOST_WRONG, Asked, Standing
from idp.database import Database
from tests.stores.cross_device_samples import make_asked
from tests.stores.samples import MINUTE, NOW, SECOND, at_once, do, see

CODE = make_asked().code
Nodes = tuple[Database[Any], Database[Any]]


async def begun(database: Database[Any], **changes: Any) -> Asked:
    asked = make_asked(**changes)
    assert await do(database, lambda tx: tx.cross_device.begin(asked))
    return asked


async def test_it_is_found_by_its_code_and_by_its_interaction(database: Database[Any]) -> None:
    asked = await begun(database)
    assert await see(database, lambda tx: tx.cross_device.find(CODE, "s", NOW)) == asked
    assert await see(database, lambda tx: tx.cross_device.of_interaction("interaction-1")) == asked
    assert await see(database, lambda tx: tx.cross_device.find("BCDF-GHJL", "s", NOW)) is None
    assert await see(database, lambda tx: tx.cross_device.find(CODE, "s", NOW + LIFE)) is None


async def test_neither_code_nor_number_is_stored_in_clear(database: Database[Any]) -> None:
    asked = await begun(database)
    rows = await see(
        database,
        lambda tx: tx.connection.execute(text("SELECT * FROM cross_device_sign_ins")).mappings().all(),
    )
    (row,) = rows
    assert asked.code not in repr(dict(row))
    assert asked.number not in {value for value in row.values() if isinstance(value, str)}
    assert len(bytes(row["number"])) == len(bytes(row["code"])) == 32


async def test_the_newest_of_an_interaction_is_the_only_one_and_a_code_is_nobody_else_s(
    database: Database[Any],
) -> None:
    await begun(database)
    newer = await begun(database, code="BCDF-GHJL")
    assert await see(database, lambda tx: tx.cross_device.find(CODE, "s", NOW)) is None
    taken = make_asked(interaction_id="interaction-2", code=newer.code)
    assert not await do(database, lambda tx: tx.cross_device.begin(taken))
    assert await see(database, lambda tx: tx.cross_device.find(newer.code, "s", NOW)) == newer


async def test_three_wrong_numbers_end_it(database: Database[Any]) -> None:
    await begun(database)
    for wrong, standing in ((1, "waiting"), (2, "waiting"), (3, "wrong-numbers")):
        after = await do(database, lambda tx: tx.cross_device.answer(CODE, "48", "s", NOW))
        assert (after.wrong, after.standing.value) == (wrong, standing)
    assert await do(database, lambda tx: tx.cross_device.answer(CODE, "47", "s", NOW)) is None
    assert await do(database, lambda tx: tx.cross_device.spend("interaction-1", NOW)) is None


async def test_whose_session_answers_first_answers_alone(database: Database[Any]) -> None:
    await begun(database)
    await do(database, lambda tx: tx.cross_device.answer(CODE, "48", "mine", NOW))
    assert await do(database, lambda tx: tx.cross_device.answer(CODE, "47", "another", NOW)) is None
    assert await see(database, lambda tx: tx.cross_device.find(CODE, "another", NOW)) is None
    stop = Standing.NOT_ME
    assert await do(database, lambda tx: tx.cross_device.stop(CODE, stop, "another", NOW)) is None
    after = await do(database, lambda tx: tx.cross_device.answer(CODE, "47", "mine", NOW))
    assert (after.standing, after.session_id) == (Standing.CONFIRMED, "mine")


async def test_a_confirmation_counts_once_and_for_a_minute(database: Database[Any]) -> None:
    await begun(database)
    assert await do(database, lambda tx: tx.cross_device.spend("interaction-1", NOW)) is None, "not confirmed"
    late = NOW + LIFE - SECOND
    await do(database, lambda tx: tx.cross_device.answer(CODE, "47", "s", late))
    over = late + CONFIRMED_LIFE
    assert await do(database, lambda tx: tx.cross_device.spend("interaction-1", over)) is None
    assert await do(database, lambda tx: tx.cross_device.spend("interaction-2", late)) is None
    spent = await do(database, lambda tx: tx.cross_device.spend("interaction-1", over - SECOND))
    assert (spent.standing, spent.session_id) == (Standing.SPENT, "s")
    assert await do(database, lambda tx: tx.cross_device.spend("interaction-1", over - SECOND)) is None


@pytest.mark.parametrize("standing", [Standing.NOT_ME, Standing.FAR])
async def test_what_was_stopped_is_over(database: Database[Any], standing: Standing) -> None:
    await begun(database)
    after = await do(database, lambda tx: tx.cross_device.stop(CODE, standing, "s", NOW))
    assert after.standing is standing
    assert await do(database, lambda tx: tx.cross_device.answer(CODE, "47", "s", NOW)) is None
    assert await do(database, lambda tx: tx.cross_device.stop(CODE, standing, "s", NOW)) is None
    assert (
        await see(database, lambda tx: tx.cross_device.of_interaction("interaction-1"))
    ).standing is standing


async def test_what_is_over_goes(database: Database[Any]) -> None:
    await begun(database)
    assert await do(database, lambda tx: tx.cross_device.erase_expired(NOW + MINUTE, 10)) == 0
    assert await do(database, lambda tx: tx.cross_device.erase_expired(NOW + LIFE, 10)) == 1


async def test_of_fifty_guesses_at_once_three_are_heard(nodes: Nodes) -> None:
    """SECURITY E11: ninety numbers, three tries, however fast."""
    await begun(nodes[0])
    heard = await at_once(nodes, lambda tx: tx.cross_device.answer(CODE, "48", "s", NOW))
    assert sorted(one.wrong for one in heard if one is not None) == [1, 2, MOST_WRONG]
    assert await do(nodes[1], lambda tx: tx.cross_device.answer(CODE, "47", "s", NOW)) is None


async def test_one_of_fifty_confirms_and_one_of_fifty_begins_the_session(nodes: Nodes) -> None:
    await begun(nodes[0])
    confirmed = await at_once(nodes, lambda tx: tx.cross_device.answer(CODE, "47", "s", NOW))
    assert sum(one is not None for one in confirmed) == 1
    spent = await at_once(nodes, lambda tx: tx.cross_device.spend("interaction-1", NOW))
    assert sum(one is not None for one in spent) == 1


async def test_it_is_either_confirmed_or_refused(nodes: Nodes) -> None:
    for number in range(4):
        code = f"BCDF-GHJ{'KLMN'[number]}"
        await begun(nodes[0], interaction_id=f"i-{number}", code=code)
        confirms, refusals = await asyncio.gather(
            at_once(nodes, lambda tx, c=code: tx.cross_device.answer(c, "47", "s", NOW), 5),
            at_once(nodes, lambda tx, c=code: tx.cross_device.stop(c, Standing.NOT_ME, "s", NOW), 5),
        )
        assert sum(one is not None for one in (*confirms, *refusals)) == 1
