"""Codes: spent once, by whom they are live for, and remembered until they expire (RFC 6749 §4.1.2; SECURITY B01–B03)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from idp.database import Database
from idp.grants.model import StoredCode
from idp.ids import HandleKind
from tests.stores.samples import (
    ENDINGS,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    do,
    in_another_bucket,
    make_code,
    make_handle,
    see,
    sign_in,
)


async def test_a_code_is_found_as_issued(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await see(database, lambda tx: tx.codes.find(me.code)) == StoredCode(
        facts=me.new_code.facts, session_id=me.session.session_id, is_live=True
    )


async def test_a_code_is_spent_once_and_found_spent(database: Database[Any]) -> None:
    me = await sign_in(database)
    spent = replace(me.new_code.facts, spent_at=NOW + SECOND)
    assert await do(database, lambda tx: tx.codes.spend(me.code, NOW + SECOND)) is True
    assert await do(database, lambda tx: tx.codes.spend(me.code, NOW + 2 * SECOND)) is False
    found = await see(database, lambda tx: tx.codes.find(me.code))
    assert found.facts == spent


async def test_a_code_is_good_until_its_last_moment(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await do(database, lambda tx: tx.codes.spend(me.code, NOW + MINUTE)) is False
    last = NOW + MINUTE - SECOND / 1_000_000
    assert await do(database, lambda tx: tx.codes.spend(me.code, last)) is True


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_code_is_dead_at_once_when(database: Database[Any], ending: str) -> None:
    me = await sign_in(database)
    await do(database, lambda tx: ENDINGS[ending](tx, me))
    found = await see(database, lambda tx: tx.codes.find(me.code))
    assert not found.is_live
    assert await do(database, lambda tx: tx.codes.spend(me.code, NOW)) is False


async def test_a_code_needs_its_session_even_where_the_grant_will_outlive_it(database: Database[Any]) -> None:
    me = await sign_in(database, offline=True)
    await do(database, lambda tx: ENDINGS["session ended"](tx, me))
    found = await see(database, lambda tx: tx.codes.find(me.code))
    assert not found.is_live
    assert await do(database, lambda tx: tx.codes.spend(me.code, NOW)) is False


async def test_a_burnt_code_is_worth_nothing(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await do(database, lambda tx: tx.codes.burn(me.code, NOW))
    assert not await do(database, lambda tx: tx.codes.burn(me.code, NOW + SECOND))
    assert await do(database, lambda tx: tx.codes.spend(me.code, NOW)) is False
    found = await see(database, lambda tx: tx.codes.find(me.code))
    assert found.facts.spent_at == NOW


async def test_a_spent_code_is_not_burnt_again(database: Database[Any]) -> None:
    me = await sign_in(database)
    await do(database, lambda tx: tx.codes.spend(me.code, NOW))
    assert not await do(database, lambda tx: tx.codes.burn(me.code, NOW + SECOND))
    found = await see(database, lambda tx: tx.codes.find(me.code))
    assert found.facts.spent_at == NOW


@pytest.mark.parametrize("presented", ["", "hp_code_00", "hp_code_00" + "A" * 43, "hp_code_00\x00", "\ud800"])
async def test_another_code_is_none(database: Database[Any], presented: str) -> None:
    await sign_in(database)
    assert await see(database, lambda tx: tx.codes.find(presented)) is None
    assert await do(database, lambda tx: tx.codes.spend(presented, NOW)) is False
    assert not await do(database, lambda tx: tx.codes.burn(presented, NOW))


async def test_a_code_read_in_another_bucket_is_none(database: Database[Any]) -> None:
    me = await sign_in(database)
    bucket = "00" if me.code[8:10] != "00" else "01"
    assert await see(database, lambda tx: tx.codes.find(f"hp_code_{bucket}{me.code[10:]}")) is None


async def test_the_code_is_not_in_the_table(database: Database[Any]) -> None:
    me = await sign_in(database)
    rows = await see(database, lambda tx: repr(tx.connection.execute(text("SELECT * FROM codes")).all()))
    assert me.code[-43:] not in rows


async def test_a_code_belongs_to_the_bucket_of_its_person(database: Database[Any]) -> None:
    me = await sign_in(database)
    wrong = [
        make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id),
        make_handle(HandleKind.CODE, in_another_bucket(me.person.person_id)),
    ]
    for code in wrong:
        new = replace(make_code(me.grant, me.session.session_id), code=code)
        with pytest.raises(ValueError, match="bucket"):
            await do(database, lambda tx, n=new: tx.codes.add(n))


async def test_expired_codes_are_erased_and_spent_ones_wait_for_that(database: Database[Any]) -> None:
    me = await sign_in(database)
    await do(database, lambda tx: tx.codes.spend(me.code, NOW))
    assert await do(database, lambda tx: tx.codes.erase_expired(NOW + MINUTE - SECOND, 10)) == 0
    assert await see(database, lambda tx: tx.codes.find(me.code)) is not None  # a replay is still noticed
    assert await do(database, lambda tx: tx.codes.erase_expired(NOW + HOUR, 10)) == 1
    assert await see(database, lambda tx: tx.codes.find(me.code)) is None
