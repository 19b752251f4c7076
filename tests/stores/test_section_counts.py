"""What the sections of the account count in the database is what their pages would list (idp/citizen/sections.py)."""

from datetime import timedelta
from itertools import product
from typing import Any

from idp.citizen.services.found import load
from idp.database import Database
from idp.ids import ClientId, HandleKind
from idp.lifetimes import Lifetimes
from idp.protocol.assurance import Acr
from idp.reports.services import connected_to
from idp.reports.sessions import count_live
from tests.stores.samples import (
    HOUR,
    MINUTE,
    NOW,
    do,
    make_client,
    make_grant,
    make_handle,
    make_person,
    make_session,
    see,
)
from tests.stores.test_consents import make_record

LIFE = Lifetimes()


async def test_sessions_that_are_live_by_their_own_rule(database: Database[Any]) -> None:
    me, other = make_person(), make_person()
    idle = (
        timedelta(),
        LIFE.session_idle - MINUTE,
        LIFE.session_idle,
        LIFE.session_low - MINUTE,
        LIFE.session_low,
    )
    sessions = [
        make_session(
            me.person_id, acr=acr, degraded=degraded, last_seen_at=NOW - since, expires_at=NOW + HOUR * left
        )
        for acr, degraded, since, left in product((Acr.LOW, Acr.SUBSTANTIAL), (True, False), idle, (0, 1))
    ]
    ended = make_session(me.person_id)

    def store(tx: Any) -> None:
        tx.people.add(me)
        tx.people.add(other)
        for one in (*sessions, ended, make_session(other.person_id)):
            assert tx.sessions.add(one, make_handle(HandleKind.SESSION, one.person_id))
        tx.sessions.end(ended.session_id, NOW, "")

    await do(database, store)
    live = sum(one.is_live(NOW, LIFE) for one in sessions)
    assert 0 < live < len(sessions)
    assert await see(database, lambda tx: count_live(tx.connection, me.person_id, NOW, LIFE)) == live


async def test_services_that_may_get_something(database: Database[Any]) -> None:
    person = make_person()
    me = person.person_id
    cases = list(product((None, "agreed", "told", "withdrawn"), (None, "live", "over", "revoked")))

    def store(tx: Any) -> None:
        tx.people.add(person)
        session = make_session(me)
        tx.sessions.add(session, make_handle(HandleKind.SESSION, me))
        for number, (said, granted) in enumerate(cases):
            client_id = ClientId(f"rp{number:02}")
            tx.clients.put(make_client(client_id), NOW)
            if said is not None:
                record = make_record(
                    me,
                    str(number),
                    "email",
                    client_id=client_id,
                    granted=said != "told",
                    withdrawn_at=NOW if said == "withdrawn" else None,
                )
                tx.consents.add((record,))
            if granted is not None:
                grant = make_grant(me, client_id)
                ends = NOW if granted == "over" else NOW + HOUR
                tx.grants.add(grant, session_id=session.session_id, offline=False, expires_at=ends, now=NOW)
                if granted == "revoked":
                    tx.grants.revoke(grant.grant_id, NOW, "")

    await do(database, store)
    listed = await see(database, lambda tx: load(tx, person_id=me, now=NOW))
    connected = {one.client_id for one in listed if one.is_connected and not one.is_withdrawn}
    assert len(connected) == 6
    found = await see(database, lambda tx: connected_to(tx.connection, me, NOW))
    assert sorted(found) == sorted(connected)
