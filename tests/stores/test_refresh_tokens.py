"""Refresh tokens: generations of a family, each spent once, the last one kept for a retry (DESIGN 5.6; SECURITY B09)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from idp.backup.store import begin_epoch
from idp.database import Database
from idp.grants.model import RefreshToken
from idp.ids import HandleKind
from tests.stores.samples import (
    DAY,
    ENDINGS,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    SignedIn,
    do,
    make_generation,
    make_handle,
    make_session,
    see,
    sign_in,
)

SEALED = b"\x01sealed"


async def begin_family(
    database: Database[Any], *, offline: bool = False
) -> tuple[SignedIn, str, RefreshToken]:
    me = await sign_in(database, offline=offline)
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    first = make_generation(
        me.grant,
        None if offline else me.session.session_id,
        expires_at=NOW + 8 * HOUR,
        family_expires_at=NOW + 12 * HOUR,
    )
    await do(database, lambda tx: tx.refresh_tokens.add(token, first))
    return me, token, first


def rotate(tx: Any, token: str, successor: str, moment: Any = NOW) -> RefreshToken | None:
    """Return the generation as it is once spent; None to who loses."""
    before: RefreshToken = tx.refresh_tokens.find(token)
    if not tx.refresh_tokens.spend(token, successor=successor, successor_sealed=SEALED, now=moment):
        return None
    tx.refresh_tokens.add(
        successor, replace(before, generation=before.generation + 1, spent_at=None, successor_sealed=None)
    )
    spent: RefreshToken = tx.refresh_tokens.find(token)
    return spent


async def test_a_generation_is_found_as_issued(database: Database[Any]) -> None:
    _, token, first = await begin_family(database)
    assert await see(database, lambda tx: tx.refresh_tokens.find(token)) == first


async def test_a_generation_is_spent_once_and_keeps_its_successor_sealed(database: Database[Any]) -> None:
    me, token, first = await begin_family(database)
    successor = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    spent = replace(first, spent_at=NOW + SECOND, successor_sealed=SEALED)
    assert await do(database, lambda tx: rotate(tx, token, successor, NOW + SECOND)) == spent
    assert await do(database, lambda tx: rotate(tx, token, successor, NOW + SECOND)) is None
    assert await see(database, lambda tx: tx.refresh_tokens.find(token)) == spent
    assert await see(database, lambda tx: tx.refresh_tokens.find(successor)) == replace(first, generation=2)


async def test_a_generation_tells_whether_its_successor_was_used(database: Database[Any]) -> None:
    me, first, _ = await begin_family(database)
    second, third = (make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id) for _ in range(2))
    await do(database, lambda tx: rotate(tx, first, second))
    found = await see(database, lambda tx: tx.refresh_tokens.find(first))
    assert not found.successor_spent
    await do(database, lambda tx: rotate(tx, second, third))
    found = await see(database, lambda tx: tx.refresh_tokens.find(first))
    assert found.successor_spent
    newest = await see(database, lambda tx: tx.refresh_tokens.find(third))
    assert (newest.generation, newest.successor_spent) == (3, False)


async def test_each_generation_is_spent_with_its_own_grant(database: Database[Any]) -> None:
    families = [await begin_family(database) for _ in range(3)]
    for me, token, _ in families:
        successor = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
        won = await do(database, lambda tx, t=token, s=successor: rotate(tx, t, s))
        assert won is not None
        assert won.grant == me.grant


@pytest.mark.parametrize("offline", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_generation_is_dead_at_once_when(database: Database[Any], ending: str, offline: bool) -> None:
    me, token, _ = await begin_family(database, offline=offline)
    successor = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    await do(database, lambda tx: ENDINGS[ending](tx, me))
    lives_on = offline and ending == "session ended"  # OpenID Connect Core §11
    found = await see(database, lambda tx: tx.refresh_tokens.find(token))
    won = await do(database, lambda tx: rotate(tx, token, successor))
    assert found.is_live is lives_on
    assert (won is not None) is lives_on


async def test_a_restore_ends_a_family_with_all_its_generations_and_leaves_the_grant(
    database: Database[Any],
) -> None:
    me, first, _ = await begin_family(database, offline=True)
    second, third = (make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id) for _ in range(2))
    await do(database, lambda tx: rotate(tx, first, second))
    died = await do(database, lambda tx: begin_epoch(tx.connection, number=1, at=NOW))
    assert died.refresh_families == 1
    for token in (first, second):
        found = await see(database, lambda tx, t=token: tx.refresh_tokens.find(t))
        assert not found.is_live
    assert await do(database, lambda tx: rotate(tx, second, third)) is None
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW)) == (me.grant, True)


async def test_a_generation_added_to_a_family_that_has_ended_is_born_dead(database: Database[Any]) -> None:
    me, token, first = await begin_family(database, offline=True)
    await do(database, lambda tx: begin_epoch(tx.connection, number=1, at=NOW))
    late = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    await do(database, lambda tx: tx.refresh_tokens.add(late, replace(first, generation=2)))
    found = await see(database, lambda tx: tx.refresh_tokens.find(late))
    assert not found.is_live
    assert await do(database, lambda tx: rotate(tx, late, token)) is None


async def test_an_expired_generation_is_not_spent(database: Database[Any]) -> None:
    me, token, first = await begin_family(database)
    successor = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    assert await do(database, lambda tx: rotate(tx, token, successor, first.expires_at)) is None


async def test_a_family_expires_with_its_session_unless_it_is_offline(database: Database[Any]) -> None:
    for offline in (False, True):
        me = await sign_in(database, offline=offline)
        token, successor = (make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id) for _ in range(2))
        first = make_generation(me.grant, None if offline else me.session.session_id)
        await do(database, lambda tx, t=token, f=first: tx.refresh_tokens.add(t, f))
        found = await see(database, lambda tx, t=token: tx.refresh_tokens.find(t))
        assert found.expires_at == (first.expires_at if offline else me.session.expires_at)
        won = await do(
            database, lambda tx, t=token, s=successor, m=me: rotate(tx, t, s, m.session.expires_at)
        )
        assert (won is not None) is offline


async def test_a_session_renewed_carries_its_families_on(database: Database[Any]) -> None:
    me = await sign_in(database)
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    first = make_generation(me.grant, me.session.session_id)
    later = make_session(me.person.person_id)

    def renew(tx: Any) -> None:
        tx.refresh_tokens.add(token, first)
        proved = replace(later, auth_time=NOW + HOUR, expires_at=NOW + 20 * HOUR, last_seen_at=NOW + HOUR)
        tx.sessions.renew(me.session.session_id, make_handle(HandleKind.SESSION, me.person.person_id), proved)

    await do(database, renew)
    found = await see(database, lambda tx: tx.refresh_tokens.find(token))
    assert found.expires_at == NOW + 20 * HOUR


@pytest.mark.parametrize("presented", ["", "hp_rt_00", "hp_rt_00" + "A" * 43, "hp_rt_00\x00", "\ud800"])
async def test_another_token_is_none(database: Database[Any], presented: str) -> None:
    await begin_family(database)
    assert await see(database, lambda tx: tx.refresh_tokens.find(presented)) is None
    assert await do(database, lambda tx: rotate(tx, presented, "x")) is None


async def test_neither_the_token_nor_its_successor_is_in_the_table(database: Database[Any]) -> None:
    me, token, _ = await begin_family(database)
    successor = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    await do(database, lambda tx: rotate(tx, token, successor))
    rows = await see(
        database, lambda tx: repr(tx.connection.execute(text("SELECT * FROM refresh_tokens")).all())
    )
    assert token[-43:] not in rows
    assert successor[-43:] not in rows


async def test_a_token_belongs_to_the_bucket_of_its_person(database: Database[Any]) -> None:
    me, _, first = await begin_family(database)
    with pytest.raises(ValueError, match="bucket"):
        await do(
            database,
            lambda tx: tx.refresh_tokens.add(make_handle(HandleKind.CODE, me.person.person_id), first),
        )


async def test_expired_generations_are_erased_spent_or_not(database: Database[Any]) -> None:
    me, first, _ = await begin_family(database)
    second = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    await do(database, lambda tx: rotate(tx, first, second))
    assert await do(database, lambda tx: tx.refresh_tokens.erase_expired(NOW + 8 * HOUR - MINUTE, 10)) == 0
    assert await do(database, lambda tx: tx.refresh_tokens.erase_expired(NOW + DAY, 1)) == 1
    assert await do(database, lambda tx: tx.refresh_tokens.erase_expired(NOW + DAY, 10)) == 1
