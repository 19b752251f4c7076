"""Grants: one row ends all that points at it; and tokens revoked one by one (DESIGN 5.5; SECURITY B10)."""

from dataclasses import replace
from typing import Any

import pytest

from idp.database import Database
from idp.ids import Gid, GrantId, HandleKind
from idp.people.model import PersonStatus
from tests.stores.samples import (
    DAY,
    ENDINGS,
    HOUR,
    MINUTE,
    NOW,
    do,
    make_client,
    make_generation,
    make_grant,
    make_handle,
    make_session,
    see,
    sign_in,
)


async def test_a_grant_is_found_by_its_public_mark(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW)) == (me.grant, True)
    assert await see(database, lambda tx: tx.grants.find_by_gid(Gid("none"), NOW)) is None
    assert await see(database, lambda tx: tx.grants.find_by_gid(Gid(me.grant.grant_id), NOW)) is None


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_grant_is_dead_at_once_when(database: Database[Any], ending: str) -> None:
    me = await sign_in(database)
    await do(database, lambda tx: ENDINGS[ending](tx, me))
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW)) == (me.grant, False)


async def test_a_grant_dies_with_its_time(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW + 90 * DAY)) == (
        me.grant,
        False,
    )


async def test_an_offline_grant_outlives_its_session_and_the_session_s_row(database: Database[Any]) -> None:
    me = await sign_in(database, offline=True)  # OpenID Connect Core §11

    def sign_out(tx: Any) -> Any:
        tx.sessions.end(me.session.session_id, NOW, "signed out")
        return tx.grants.revoke_of_session(me.session.session_id, NOW, "signed out")

    assert await do(database, sign_out) == ()
    assert await do(database, lambda tx: tx.sessions.erase_ended(NOW, 10)) == 1
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW)) == (me.grant, True)


async def test_a_grant_dies_when_its_session_s_row_is_gone(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await do(database, lambda tx: tx.sessions.erase_ended(me.session.expires_at, 10)) == 1
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW)) == (me.grant, False)


@pytest.mark.parametrize("ending", ["grant revoked", "client disabled", "person locked"])
async def test_offline_is_no_shelter_from_anything_else(database: Database[Any], ending: str) -> None:
    me = await sign_in(database, offline=True)
    await do(database, lambda tx: ENDINGS[ending](tx, me))
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW)) == (me.grant, False)


async def test_a_grant_is_revoked_once(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await do(database, lambda tx: tx.grants.revoke(me.grant.grant_id, NOW, "test"))
    assert not await do(database, lambda tx: tx.grants.revoke(me.grant.grant_id, NOW, "again"))
    assert not await do(database, lambda tx: tx.grants.revoke(GrantId("none"), NOW, "test"))


async def test_a_person_s_grants_end_for_one_client_or_for_all(database: Database[Any]) -> None:
    me = await sign_in(database)
    stranger = await sign_in(database)
    warehouse = make_client("warehouse")
    offline, other, over = (
        make_grant(me.person.person_id, me.client.client_id),
        make_grant(me.person.person_id, warehouse.client_id),
        make_grant(me.person.person_id, me.client.client_id),
    )

    def store(tx: Any) -> None:
        tx.clients.put(warehouse, NOW)
        session_id = me.session.session_id
        tx.grants.add(offline, session_id=session_id, offline=True, expires_at=NOW + DAY, now=NOW)
        tx.grants.add(other, session_id=session_id, offline=False, expires_at=NOW + DAY, now=NOW)
        tx.grants.add(over, session_id=session_id, offline=False, expires_at=NOW, now=NOW)

    await do(database, store)
    person_id = me.person.person_id
    of_portal = await do(
        database,
        lambda tx: tx.grants.revoke_of_person(person_id, NOW, "withdrawn", client_id=me.client.client_id),
    )
    assert {one.grant_id for one in of_portal} == {me.grant.grant_id, offline.grant_id}
    assert await do(database, lambda tx: tx.grants.revoke_of_person(person_id, NOW, "locked")) == (other,)
    assert await do(database, lambda tx: tx.grants.revoke_of_person(person_id, NOW, "locked")) == ()
    assert await see(database, lambda tx: tx.grants.find_by_gid(stranger.grant.gid, NOW)) == (
        stranger.grant,
        True,
    )


async def test_a_sign_out_ends_the_grants_of_its_session_only(database: Database[Any]) -> None:
    me = await sign_in(database)
    second_session = make_session(me.person.person_id)
    elsewhere = make_grant(me.person.person_id, me.client.client_id)

    def store(tx: Any) -> None:
        tx.sessions.add(second_session, make_handle(HandleKind.SESSION, me.person.person_id))
        tx.grants.add(
            elsewhere, session_id=second_session.session_id, offline=False, expires_at=NOW + DAY, now=NOW
        )

    await do(database, store)
    revoked = await do(
        database, lambda tx: tx.grants.revoke_of_session(me.session.session_id, NOW, "signed out")
    )
    assert revoked == (me.grant,)
    assert await see(database, lambda tx: tx.grants.find_by_gid(elsewhere.gid, NOW)) == (elsewhere, True)


async def test_who_is_unlocked_has_again_what_was_not_revoked(database: Database[Any]) -> None:
    me = await sign_in(database)

    def lock_and_unlock(tx: Any) -> None:
        tx.people.set_status(me.person.person_id, PersonStatus.LOCKED, "test", NOW)
        tx.people.set_status(me.person.person_id, PersonStatus.ACTIVE, "", NOW)

    await do(database, lock_and_unlock)
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW)) == (me.grant, True)


async def test_an_expired_grant_is_erased_with_all_that_hangs_on_it(database: Database[Any]) -> None:
    me = await sign_in(database)
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    kept = make_grant(me.person.person_id, me.client.client_id)

    def store(tx: Any) -> None:
        tx.refresh_tokens.add(token, make_generation(me.grant, me.session.session_id))
        tx.grants.add(
            kept, session_id=me.session.session_id, offline=False, expires_at=NOW + 91 * DAY, now=NOW
        )

    await do(database, store)
    assert await do(database, lambda tx: tx.grants.erase_expired(NOW + 89 * DAY, 10)) == 0
    assert await do(database, lambda tx: tx.grants.erase_expired(NOW + 90 * DAY, 10)) == 1
    assert await see(database, lambda tx: tx.grants.find_by_gid(me.grant.gid, NOW)) is None
    assert await see(database, lambda tx: tx.codes.find(me.code)) is None
    assert await see(database, lambda tx: tx.refresh_tokens.find(token)) is None
    assert await see(database, lambda tx: tx.grants.find_by_gid(kept.gid, NOW)) == (kept, True)


async def test_erasing_takes_no_more_than_it_may(database: Database[Any]) -> None:
    me = await sign_in(database)

    def store(tx: Any) -> None:
        for n in range(5):
            grant = make_grant(me.person.person_id, me.client.client_id)
            tx.grants.add(
                grant, session_id=me.session.session_id, offline=False, expires_at=NOW + n * MINUTE, now=NOW
            )

    await do(database, store)
    erased = [await do(database, lambda tx: tx.grants.erase_expired(NOW + HOUR, 2)) for _ in range(4)]
    assert erased == [2, 2, 1, 0]


async def test_a_token_is_revoked_alone_until_it_would_have_expired(database: Database[Any]) -> None:
    def revoke(tx: Any) -> None:  # RFC 7009 §2.1
        tx.revoked_tokens.add("jti-1", NOW + MINUTE)
        tx.revoked_tokens.add("jti-1", NOW + MINUTE)
        tx.revoked_tokens.add("jti-2", NOW + HOUR)

    await do(database, revoke)
    assert await see(database, lambda tx: tx.revoked_tokens.contains("jti-1"))
    assert not await see(database, lambda tx: tx.revoked_tokens.contains("jti-3"))
    assert await do(database, lambda tx: tx.revoked_tokens.erase_expired(NOW, 10)) == 0
    assert await do(database, lambda tx: tx.revoked_tokens.erase_expired(NOW + MINUTE, 10)) == 1
    assert not await see(database, lambda tx: tx.revoked_tokens.contains("jti-1"))
    assert await see(database, lambda tx: tx.revoked_tokens.contains("jti-2"))


async def test_a_grant_keeps_all_it_was_given(database: Database[Any]) -> None:
    me = await sign_in(database)
    full = replace(
        make_grant(me.person.person_id, me.client.client_id),
        userinfo_claims=("email", "address"),
        id_token_claims=("name",),
        scopes=frozenset({"openid"}),
        sub="sub-of-the-client",
        audiences=("https://api.example", "urn:example:b"),
    )
    await do(
        database,
        lambda tx: tx.grants.add(
            full, session_id=me.session.session_id, offline=False, expires_at=NOW + DAY, now=NOW
        ),
    )
    assert await see(database, lambda tx: tx.grants.find_by_gid(full.gid, NOW)) == (full, True)
