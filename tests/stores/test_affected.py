"""Whom an emergency command reaches: live sessions and grants by person, client, upstream, network and time."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from idp.backup.store import begin_epoch
from idp.database import Database
from idp.emergency import store as affected_store
from idp.emergency.model import Kinds, Target
from idp.ids import ClientId, HandleKind, Sid
from tests.stores.samples import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    SignedIn,
    do,
    make_generation,
    make_grant,
    make_handle,
    make_session,
    see,
    sign_in,
)

BOTH = Kinds(sessions=True, grants=True)
_HERE, _THERE = b"\x04\xcb\x00\x71", b"\x04\xc6\x33\x64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    sessions: set[str]
    grants: set[str]


async def _found(database: Database[Any], target: Target, kinds: Kinds = BOTH, *, later: Any = None) -> Found:
    now = later or NOW

    def read(tx: Any) -> Found:
        return Found(
            sessions={
                one.session_id
                for bucket in tx.affected.buckets(target)
                for some in tx.affected.sessions(target, bucket, now)
                for one in some
            },
            grants={
                one.grant_id
                for bucket in tx.affected.buckets(target)
                for some in tx.affected.grants(target, kinds, bucket, now)
                for one in some
            },
        )

    return await see(database, read)


async def _another(database: Database[Any], me: SignedIn, **changes: Any) -> tuple[str, str]:
    """Give the same person another session with a grant of its own; return both ids."""
    client_id = changes.pop("client_id", me.client.client_id)
    offline = changes.pop("offline", False)
    session = make_session(me.person.person_id, **changes)
    grant = make_grant(me.person.person_id, client_id, idp=session.idp)

    def store(tx: Any) -> None:
        tx.sessions.add(session, make_handle(HandleKind.SESSION, me.person.person_id))
        tx.grants.add(
            grant,
            session_id=session.session_id,
            offline=offline,
            expires_at=NOW + 90 * DAY,
            now=session.created_at,
            network=session.network,
        )

    await do(database, store)
    return session.session_id, grant.grant_id


async def test_a_person_is_reached_and_nobody_else(database: Database[Any]) -> None:
    me = await sign_in(database)
    other = await sign_in(database, client_id="other")
    found = await _found(database, Target(person_id=me.person.person_id))
    assert found == Found(sessions={me.session.session_id}, grants={me.grant.grant_id})
    both = await _found(database, Target())
    assert both.sessions == {me.session.session_id, other.session.session_id}
    assert both.grants == {me.grant.grant_id, other.grant.grant_id}


async def test_a_client_is_reached_by_its_grants_and_by_the_sessions_that_reached_it(
    database: Database[Any],
) -> None:
    me = await sign_in(database)
    elsewhere = await sign_in(database, client_id="elsewhere")
    target = Target(clients=(me.client.client_id,))
    assert await _found(database, target) == Found(sessions=set(), grants={me.grant.grant_id})
    await do(database, lambda tx: tx.sessions.reach(me.reached()))
    _, mine_elsewhere = await _another(database, me, client_id=elsewhere.client.client_id)
    ends_with_it = make_grant(me.person.person_id, elsewhere.client.client_id)
    await do(
        database,
        lambda tx: tx.grants.add(
            ends_with_it,
            session_id=me.session.session_id,
            offline=False,
            expires_at=NOW + DAY,
            now=NOW,
        ),
    )
    found = await _found(database, target)
    assert found.sessions == {me.session.session_id}
    assert found.grants == {me.grant.grant_id, ends_with_it.grant_id}
    assert mine_elsewhere not in found.grants
    only_grants = await _found(database, target, Kinds(sessions=False, grants=True))
    assert only_grants.grants == {me.grant.grant_id}
    only_sessions = await _found(database, target, Kinds(sessions=True, grants=False))
    assert only_sessions.grants == {me.grant.grant_id, ends_with_it.grant_id}


async def test_an_upstream_is_reached_by_who_proved_the_person(database: Database[Any]) -> None:
    me = await sign_in(database)
    session, grant = await _another(database, me, idp="national")
    assert await _found(database, Target(idp="national")) == Found(sessions={session}, grants={grant})


async def test_a_value_that_says_it_is_an_upstream_is_none(database: Database[Any]) -> None:
    me = await sign_in(database)
    liar = make_grant(me.person.person_id, me.client.client_id, audience='x","idp":"national","y":"')
    await do(
        database,
        lambda tx: tx.grants.add(
            liar, session_id=me.session.session_id, offline=True, expires_at=NOW + DAY, now=NOW
        ),
    )
    assert (await _found(database, Target(idp="national"))).grants == set()


async def test_a_network_is_reached_and_what_has_none_is_counted(database: Database[Any]) -> None:
    me = await sign_in(database)
    session, grant = await _another(database, me, network=_HERE)
    await _another(database, me, network=_THERE)
    found = await _found(database, Target(networks=(_HERE, _HERE)))
    assert found == Found(sessions={session}, grants={grant})
    unplaced = await see(
        database,
        lambda tx: sum(tx.affected.unplaced(bucket, NOW) for bucket in tx.affected.buckets(Target())),
    )
    assert unplaced == 1


async def test_times_bound_when_it_was_begun(database: Database[Any]) -> None:
    me = await sign_in(database)
    session, grant = await _another(database, me, created_at=NOW - HOUR, auth_time=NOW - HOUR)
    assert await _found(database, Target(until=NOW)) == Found(sessions={session}, grants={grant})
    since = await _found(database, Target(since=NOW))
    assert since == Found(sessions={me.session.session_id}, grants={me.grant.grant_id})


async def test_a_session_begun_before_a_time_and_proved_again_after_it_is_meant_by_since(
    database: Database[Any],
) -> None:
    me = await sign_in(database)
    begun = {"created_at": NOW - HOUR, "auth_time": NOW - HOUR}
    raised, _ = await _another(database, me, **begun, idp="haiphong")
    untouched, _ = await _another(database, me, **begun, idp="national")

    def prove_again(tx: Any) -> bool:
        cookie = make_handle(HandleKind.SESSION, me.person.person_id)
        session = tx.sessions.get(raised)
        again = {"auth_time": NOW, "amr": ("user",), "idp": "national", "network": None}
        proved = replace(session, **again, expires_at=NOW + HOUR, last_seen_at=NOW)
        return bool(tx.sessions.renew(raised, cookie, proved))

    assert await do(database, prove_again)
    found = await _found(database, Target(idp="national", since=NOW - MINUTE))
    assert found.sessions == {raised}
    assert untouched not in found.sessions


async def test_what_has_ended_or_is_over_is_not_reached(database: Database[Any]) -> None:
    me = await sign_in(database)
    await do(database, lambda tx: tx.grants.revoke(me.grant.grant_id, NOW, "test"))
    assert await _found(database, Target()) == Found(sessions={me.session.session_id}, grants=set())
    await do(database, lambda tx: tx.sessions.end(me.session.session_id, NOW, "test"))
    assert await _found(database, Target()) == Found(sessions=set(), grants=set())


async def test_a_grant_that_outlives_its_session_is_reached_without_it(database: Database[Any]) -> None:
    me = await sign_in(database)
    session, offline = await _another(database, me, offline=True)
    for one in (session, me.session.session_id):
        await do(database, lambda tx, one=one: tx.sessions.end(one, NOW, "test"))
    assert await _found(database, Target()) == Found(sessions=set(), grants={offline})
    assert (await _found(database, Target(), later=NOW + 91 * DAY)).grants == set()


async def test_it_tells_who_holds_a_refresh_token_and_when_the_last_token_was_issued(
    database: Database[Any],
) -> None:
    me = await sign_in(database, offline=True)
    generation = make_generation(me.grant, None, issued_at=NOW + MINUTE)
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)

    def of(tx: Any) -> Any:
        ((grant,),) = list(tx.affected.grants(Target(), BOTH, me.person.person_id[:2], NOW))
        return grant

    def redeem(tx: Any) -> None:
        assert tx.codes.spend(me.code, NOW + SECOND) is True
        tx.refresh_tokens.add(token, generation)

    before = await see(database, of)
    assert (before.has_family, before.issued_at) == (False, None)
    await do(database, redeem)
    after = await see(database, of)
    assert (after.has_family, after.issued_at) == (True, NOW + MINUTE)
    await do(database, lambda tx: begin_epoch(tx.connection, number=1, at=NOW))
    assert (await see(database, of)).has_family is False


async def test_a_bucket_is_read_in_chunks_of_which_none_is_left_out(
    database: Database[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    me = await sign_in(database)
    many = [await _another(database, me) for _ in range(6)]
    monkeypatch.setattr(affected_store, "CHUNK", 3)
    found = await _found(database, Target(person_id=me.person.person_id))
    assert found.sessions == {me.session.session_id, *(session for session, _ in many)}
    assert found.grants == {me.grant.grant_id, *(grant for _, grant in many)}


async def test_it_is_counted_how_many_sessions_reached_a_client(database: Database[Any]) -> None:
    me = await sign_in(database)
    await do(database, lambda tx: tx.sessions.reach(me.reached()))
    session, _ = await _another(database, me)
    await do(database, lambda tx: tx.sessions.reach(replace(me.reached(), session_id=session, sid=Sid("s2"))))
    counts = await see(database, lambda tx: list(tx.affected.reached(Target(), me.person.person_id[:2], NOW)))
    assert counts == [(ClientId("portal"), 2)]
