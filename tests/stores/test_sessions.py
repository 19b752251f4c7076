"""Sessions: found by their cookie alone, ended at once, and what they reached (SECURITY B10)."""

import asyncio
import threading
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from idp.clock import Clock
from idp.database import Database, Done
from idp.ids import ClientId, HandleKind, Sid
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from idp.sessions.model import Session, sid_at
from tests.edge.calls import VAULT
from tests.stores.samples import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    another_node,
    do,
    in_another_bucket,
    make_client,
    make_handle,
    make_person,
    make_session,
    see,
    sign_in,
)


async def test_a_session_is_found_by_its_cookie_as_it_was_begun(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await see(database, lambda tx: tx.sessions.find(me.cookie)) == me.session
    assert await see(database, lambda tx: tx.sessions.get(me.session.session_id)) == me.session


async def test_the_cookie_is_not_in_the_table(database: Database[Any]) -> None:
    me = await sign_in(database)
    rows = await see(database, lambda tx: repr(tx.connection.execute(text("SELECT * FROM sessions")).all()))
    assert me.cookie[-43:] not in rows


@pytest.mark.parametrize(
    "cookie", ["", "hp_session_00", "x" * 100, "hp_session_00" + "A" * 43, "hp_session_00\x00"]
)
async def test_another_cookie_finds_nothing(database: Database[Any], cookie: str) -> None:
    await sign_in(database)
    assert await see(database, lambda tx: tx.sessions.find(cookie)) is None


async def test_the_id_of_a_session_is_no_cookie(database: Database[Any]) -> None:
    me = await sign_in(database)
    assert await see(database, lambda tx: tx.sessions.find(me.session.session_id)) is None
    assert await see(database, lambda tx: tx.sessions.get(me.cookie)) is None


async def test_a_session_ends_once(database: Database[Any]) -> None:
    me = await sign_in(database)
    session_id = me.session.session_id
    assert await do(database, lambda tx: tx.sessions.end(session_id, NOW + MINUTE, "signed out"))
    assert not await do(database, lambda tx: tx.sessions.end(session_id, NOW + HOUR, "again"))
    assert await see(database, lambda tx: tx.sessions.find(me.cookie)) is None
    ended = await see(database, lambda tx: tx.sessions.get(session_id))
    assert ended.ended_at == NOW + MINUTE


@pytest.mark.parametrize("status", [PersonStatus.LOCKED, PersonStatus.DECEASED])
async def test_who_may_not_sign_in_has_no_session(database: Database[Any], status: PersonStatus) -> None:
    me = await sign_in(database)
    person_id = me.person.person_id
    await do(database, lambda tx: tx.people.set_status(person_id, status, "", NOW))
    assert await see(database, lambda tx: tx.sessions.find(me.cookie)) is None
    again = make_handle(HandleKind.SESSION, person_id)
    assert not await do(database, lambda tx: tx.sessions.add(make_session(person_id), again))
    assert await see(database, lambda tx: len(tx.sessions.of_person(person_id))) == 1


async def test_a_cookie_of_another_bucket_begins_no_session(database: Database[Any]) -> None:
    person = make_person()
    cookie = make_handle(HandleKind.SESSION, in_another_bucket(person.person_id))
    with pytest.raises(ValueError, match="bucket"):
        await do(database, lambda tx: tx.sessions.add(make_session(person.person_id), cookie))


async def test_a_cookie_of_another_bucket_renews_no_session(database: Database[Any]) -> None:
    me = await sign_in(database)
    cookie = make_handle(HandleKind.SESSION, in_another_bucket(me.person.person_id))
    assert not await do(database, lambda tx: _renew(tx, me.session, cookie))
    assert await see(database, lambda tx: tx.sessions.find(me.cookie)) == me.session


async def test_a_session_seen_is_moved_forward_only(database: Database[Any]) -> None:
    me = await sign_in(database)

    def seen(tx: Any) -> Any:
        tx.sessions.touch(me.session.session_id, NOW + MINUTE)
        tx.sessions.touch(me.session.session_id, NOW)
        return tx.sessions.find(me.cookie).last_seen_at

    assert await do(database, seen) == NOW + MINUTE


def _renew(tx: Any, session: Session, cookie: str) -> bool:
    proved = replace(
        session,
        auth_time=NOW + HOUR,
        acr=Acr.HIGH,
        amr=("otp",),
        ial=1,
        idp="national",
        expires_at=NOW + DAY,
        last_seen_at=NOW + HOUR,
    )
    renewed: bool = tx.sessions.renew(session.session_id, cookie, proved)
    return renewed


async def test_a_renewed_session_has_a_new_cookie_and_the_old_one_opens_nothing(
    database: Database[Any],
) -> None:
    me = await sign_in(database)
    fresh = make_handle(HandleKind.SESSION, me.person.person_id)
    assert await do(database, lambda tx: _renew(tx, me.session, fresh))
    assert await see(database, lambda tx: tx.sessions.find(me.cookie)) is None
    assert await see(database, lambda tx: tx.sessions.find(fresh)) == replace(
        me.session,
        auth_time=NOW + HOUR,
        acr=Acr.HIGH,
        amr=("otp",),
        ial=1,
        idp="national",
        expires_at=NOW + DAY,
        last_seen_at=NOW + HOUR,
    )


async def test_an_ended_session_is_not_renewed(database: Database[Any]) -> None:
    me = await sign_in(database)
    fresh = make_handle(HandleKind.SESSION, me.person.person_id)

    def end_and_renew(tx: Any) -> bool:
        tx.sessions.end(me.session.session_id, NOW, "signed out")
        return _renew(tx, me.session, fresh)

    assert not await do(database, end_and_renew)
    assert await see(database, lambda tx: tx.sessions.find(fresh)) is None


async def test_a_person_sees_the_sessions_that_have_not_ended(database: Database[Any]) -> None:
    me = await sign_in(database)
    later = make_session(me.person.person_id, created_at=NOW + HOUR)
    ended = make_session(me.person.person_id)

    def store(tx: Any) -> None:
        for session in (later, ended):
            tx.sessions.add(session, make_handle(HandleKind.SESSION, me.person.person_id))
        tx.sessions.end(ended.session_id, NOW, "signed out")

    await do(database, store)
    assert await see(database, lambda tx: tx.sessions.of_person(me.person.person_id)) == (me.session, later)


async def test_a_client_is_told_of_by_the_sid_it_was_given_last(database: Database[Any]) -> None:
    me = await sign_in(database)
    first = me.reached()
    again = replace(first, sid=Sid("another"), reached_at=NOW + HOUR)
    await do(database, lambda tx: tx.sessions.reach(first))
    await do(database, lambda tx: tx.sessions.reach(again))
    assert await see(database, lambda tx: tx.sessions.clients_of(me.session.session_id)) == (again,)


async def test_who_was_told_of_an_end_is_kept_with_the_session_once_for_each_time(
    database: Database[Any],
) -> None:
    me = await sign_in(database)
    portal, store, other = ClientId("portal"), ClientId("store"), ClientId("other")
    for told in (portal, store, portal):
        await do(database, partial(_tell, me.session.session_id, told))
    found = await see(database, lambda tx: tx.sessions.find(me.cookie))
    assert found.told_ended == (portal, store, portal)
    changed = [
        sid_at(found.facts(), one, VAULT) != sid_at(me.session.facts(), one, VAULT)
        for one in (portal, store, other)
    ]
    assert changed == [True, True, False]
    once = replace(found, told_ended=(portal, store))
    assert sid_at(once.facts(), portal, VAULT) != sid_at(found.facts(), portal, VAULT), "each time anew"


def _tell(session_id: str, client_id: ClientId, tx: Any) -> None:
    tx.sessions.tell(session_id, client_id)


async def test_a_sid_is_found_for_its_own_client_only(database: Database[Any]) -> None:
    me = await sign_in(database)
    other = make_client("warehouse")

    def store(tx: Any) -> None:
        tx.clients.put(other, NOW)
        tx.sessions.reach(me.reached())

    await do(database, store)
    client_id, sid = me.client.client_id, me.grant.sid
    assert await see(database, lambda tx: tx.sessions.find_by_sid(client_id, sid)) == me.session
    assert await see(database, lambda tx: tx.sessions.find_by_sid(other.client_id, sid)) is None
    assert await see(database, lambda tx: tx.sessions.find_by_sid(client_id, Sid("x"))) is None
    assert await see(database, lambda tx: tx.sessions.find_by_sid(ClientId("none"), sid)) is None


async def test_sessions_over_for_long_are_erased_with_what_they_reached(database: Database[Any]) -> None:
    me = await sign_in(database)
    ended, short = (make_session(me.person.person_id) for _ in range(2))
    short = replace(short, expires_at=NOW + MINUTE)

    def store(tx: Any) -> None:
        for session in (ended, short):
            tx.sessions.add(session, make_handle(HandleKind.SESSION, me.person.person_id))
        tx.sessions.reach(replace(me.reached(), session_id=ended.session_id))
        tx.sessions.end(ended.session_id, NOW + MINUTE, "signed out")

    await do(database, store)
    assert await do(database, lambda tx: tx.sessions.erase_ended(NOW, 10)) == 0
    assert await do(database, lambda tx: tx.sessions.erase_ended(NOW + MINUTE, 1)) == 1
    assert await do(database, lambda tx: tx.sessions.erase_ended(NOW + MINUTE, 10)) == 1
    assert await see(database, lambda tx: tx.sessions.clients_of(ended.session_id)) == ()
    assert await see(database, lambda tx: tx.sessions.get(me.session.session_id)) == me.session


async def test_who_finds_a_session_and_locks_its_person_comes_wholly_before_or_after_others(
    database: Database[Any], database_url: str, clock: Clock
) -> None:
    """As a sign-in does before it reads consents: a lock of the account that is on its way is waited for, and seen."""
    me = await sign_in(database)
    is_locked, may_end = threading.Event(), threading.Event()

    def lock(tx: Any) -> Done[None]:
        tx.people.lock(me.person.person_id)
        tx.people.set_status(me.person.person_id, PersonStatus.LOCKED, "letter 9", NOW)
        tx.connection.scalar(text("SELECT count(*) FROM people"))  # whatever travels with it is there
        is_locked.set()
        while not may_end.wait(0.01):
            tx.connection.scalar(text("SELECT 1"))  # lets others of this loop go on
        return Done(None)

    async with another_node(database, database_url, clock) as other:
        locking = asyncio.create_task(other.transact(lock))
        await asyncio.to_thread(is_locked.wait)
        finding = asyncio.create_task(
            database.transact(lambda tx: Done(tx.sessions.find(me.cookie, locks_person=True)))
        )
        done, _ = await asyncio.wait([finding], timeout=0.3)
        assert not done
        may_end.set()
        await locking
        assert (await finding).unwrap() is None
