"""Beginning a session for somebody who was locked since they were recognised (SECURITY B10; DESIGN 5.7, 5.9)."""

import asyncio
from typing import Any

import pytest

from federation.logout_token import LogoutNotice
from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.citizen import sign_out
from idp.clock import Clock
from idp.cross_device.service import settle
from idp.database import Database, Done, Refused
from idp.endpoints import upstream_logout
from idp.ids import HandleKind
from idp.life_events.service import lock_own
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.recovery.model import Recovery, Way
from idp.recovery.service import recover
from idp.risk.model import Arrival
from idp.sessions.service import MOST_SESSIONS, Begun, Proof, start_session
from idp.settings import Lifetimes
from idp.upstreams.model import upstream_session
from tests.stores.cross_device_samples import make_asked
from tests.stores.samples import (
    DAY,
    NOW,
    SECOND,
    SignedIn,
    another_node,
    do,
    make_client,
    make_handle,
    make_person,
    make_session,
    see,
    sign_in,
)
from tests.world import MovableTime

_ISSUER, _SID = "https://national.example", "their-session"


async def _begin(
    database: Database[Any], clock: Clock, person_id: Any, *, cookie: str | None = None
) -> Done[Begun] | Refused:
    proof = Proof(
        person_id=person_id, auth_time=NOW, acr=Acr.SUBSTANTIAL, amr=("pwd", "otp"), ial=2, idp="haiphong"
    )
    occasion = Occasion(clock=clock, now=clock.now(), txn="t")
    return await database.transact(
        lambda tx: start_session(tx, proof, cookie=cookie, arrival=None, life=Lifetimes(), occasion=occasion)
    )


async def _refusals(database: Database[Any], person_id: str) -> list[dict[str, object]]:
    def read(tx: Any) -> list[dict[str, object]]:
        tx.audit.number(100)
        about = tx.audit.read(-1, 100, subject_ref=f"person:{person_id}")
        return [
            dict(record.event.payload) for record in about if record.event.type == EventType.SIGN_IN_REFUSED
        ]

    return await do(database, read)


async def _locked(database: Database[Any], status: PersonStatus) -> SignedIn:
    me = await sign_in(database)
    await do(database, lambda tx: tx.people.set_status(me.person.person_id, status, "", NOW))
    return me


@pytest.mark.parametrize("status", [PersonStatus.LOCKED, PersonStatus.DECEASED])
@pytest.mark.parametrize("at_own_browser", [True, False])
async def test_the_refusal_says_where_to_and_its_event_is_kept(
    database: Database[Any], clock: Clock, status: PersonStatus, at_own_browser: bool
) -> None:
    me = await _locked(database, status)
    person_id = me.person.person_id
    outcome = await _begin(database, clock, person_id, cookie=me.cookie if at_own_browser else None)
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, Refusal)
    assert outcome.error.to == ToPage(case="locked", status=403)
    assert isinstance(outcome.error.error, AccessDenied)
    assert await _refusals(database, person_id) == [{"reason": "may not sign in", "factor": "otp"}]
    assert await see(database, lambda tx: len(tx.sessions.of_person(person_id))) == 1, "none was begun"


async def test_whoever_is_signed_in_at_that_browser_stays_so(database: Database[Any], clock: Clock) -> None:
    at_the_browser = await sign_in(database)
    other = make_person("Trần Văn An")
    await do(database, lambda tx: tx.people.add(other))
    await do(database, lambda tx: tx.people.set_status(other.person_id, PersonStatus.LOCKED, "", NOW))
    outcome = await _begin(database, clock, other.person_id, cookie=at_the_browser.cookie)
    assert isinstance(outcome, Refused)
    assert await see(database, lambda tx: tx.sessions.find(at_the_browser.cookie)) == at_the_browser.session
    await do(database, lambda tx: tx.people.set_status(other.person_id, PersonStatus.ACTIVE, "", NOW))
    assert isinstance(await _begin(database, clock, other.person_id, cookie=at_the_browser.cookie), Done)
    assert await see(database, lambda tx: tx.sessions.find(at_the_browser.cookie)) is None


async def test_no_session_survives_a_lock_that_its_sign_in_races(
    database: Database[Any], database_url: str, clock: Clock
) -> None:
    me = await sign_in(database)
    person_id = me.person.person_id
    at = Occasion(clock=clock, now=clock.now(), txn="t")
    async with another_node(database, database_url, clock) as node:
        begins = [_begin(one, clock, person_id) for one in (database, node) * 6]
        locks = [
            do(one, lambda tx: lock_own(tx, person_id, "signed in", occasion=at)) for one in (node, database)
        ]
        *_, first, second = await asyncio.gather(*begins[:3], *begins[3:], *locks)
        assert isinstance(await _begin(node, clock, person_id), Refused)
    assert first == second, "one case"
    assert await see(database, lambda tx: tx.sessions.of_person(person_id)) == ()


async def test_nobody_has_more_sessions_than_one_transaction_can_end(
    database: Database[Any], database_url: str, clock: Clock, time: MovableTime
) -> None:
    """Who scripts their own sign-in must not make `sign out everywhere`, or a lock, hold up all other writes."""
    me = await sign_in(database)
    person_id = me.person.person_id

    def fill(tx: Any) -> None:
        for n in range(MOST_SESSIONS + 20):
            session = make_session(person_id, last_seen_at=NOW + n * SECOND)
            assert tx.sessions.add(session, make_handle(HandleKind.SESSION, person_id))

    await do(database, fill)  # as an older release let it come
    await do(database, lambda tx: tx.sessions.touch(me.session.session_id, NOW + DAY))
    time.move(DAY)
    async with another_node(database, database_url, clock) as node:
        begun = await asyncio.gather(*(_begin(one, clock, person_id) for one in (database, node) * 2))
    begun.append(await _begin(database, clock, person_id))  # whoever begins at once sees the others next time
    cookies = [one.unwrap().cookie for one in begun]
    kept = await see(database, lambda tx: tx.sessions.of_person(person_id))
    assert len(kept) == MOST_SESSIONS
    assert me.session.session_id in {one.session_id for one in kept}, "the least lately used go"
    assert all([await see(database, lambda tx, c=cookie: tx.sessions.find(c)) for cookie in cookies])


def _recover(tx: Any, phone: SignedIn, at: Occasion) -> Any:
    recovery = Recovery(way=Way.NATIONAL, lost=frozenset(), hold=DAY)
    return recover(tx, phone.person.person_id, recovery, occasion=at)


def _sign_out_everywhere(tx: Any, phone: SignedIn, at: Occasion) -> Any:
    return sign_out._end(
        tx,
        cookie=phone.cookie,
        everywhere=True,
        life=Lifetimes(),
        counts_for=lambda _: True,
        occasion=at,
    )


def _sign_out_upstream(tx: Any, phone: SignedIn, at: Occasion) -> Any:
    notice = LogoutNotice(
        issuer=_ISSUER, jti="j", issued_at=at.now, useful_until=at.now + DAY, subject=None, sid=_SID
    )
    return upstream_logout._sign_out(tx, notice=notice, on_the_way=Lifetimes().upstream_answer, occasion=at)


@pytest.mark.parametrize("end_all", [_recover, _sign_out_everywhere, _sign_out_upstream])
async def test_no_session_carried_from_a_phone_survives_the_end_of_all_that_it_races(
    database: Database[Any], database_url: str, clock: Clock, end_all: Any
) -> None:  # SECURITY B10, R18: whoever has the phone has confirmed computers at that moment
    phone = await sign_in(database)
    at = Occasion(clock=clock, now=clock.now(), txn="t")
    await do(database, lambda tx: _let_it_come_from_upstream(tx, phone))
    waiting = [f"i-{number}" for number in range(6)]

    def confirm(tx: Any) -> None:
        for number, interaction_id in enumerate(waiting):
            code = f"BCDF-GHJ{'KLMNPQ'[number]}"
            assert tx.cross_device.begin(make_asked(interaction_id=interaction_id, code=code))
            assert tx.cross_device.answer(code, "47", phone.session.session_id, at.now)

    await do(database, confirm)
    client = make_client("rp")

    def carry(node: Database[Any], interaction_id: str) -> Any:
        return node.transact(
            lambda tx: settle(
                tx,
                interaction_id=interaction_id,
                client=client,
                cookie=None,
                arrival=Arrival(client_id=client.client_id, fresh=interaction_id),
                life=Lifetimes(),
                occasion=at,
            )
        )

    def end(tx: Any) -> Any:
        ended = end_all(tx, phone, at)
        if tx.connection.dialect.name != "sqlite":  # which has one writer
            tx.connection.exec_driver_sql(
                "SELECT pg_sleep(0.3)"
            )  # those that began meanwhile wait for its end
        return ended

    async with another_node(database, database_url, clock) as node:
        carried = [carry(node, one) for one in waiting]
        outcomes = await asyncio.gather(*carried[:2], database.transact(end), *carried[2:])
    assert not any(isinstance(one, Refused) for one in outcomes)
    assert await see(database, lambda tx: tx.sessions.of_person(phone.person.person_id)) == ()


async def test_a_session_confirmed_by_one_that_came_from_nowhere_else_still_ends_with_what_it_came_from(
    database: Database[Any],
) -> None:  # Back-Channel Logout 1.0 §2.7: it was begun by the national system, and renewed from a phone with a passkey
    computer, phone = await sign_in(database), await sign_in(database)
    await do(database, lambda tx: _let_it_come_from_upstream(tx, computer))
    await do(database, lambda tx: tx.upstream_sessions.inherit(computer.cookie, phone.session.session_id))
    theirs = upstream_session(_ISSUER, _SID)
    found = await see(database, lambda tx: tx.upstream_sessions.of_upstream_sid(theirs, 10))
    assert [one.session_id for one in found] == [computer.session.session_id]


def _let_it_come_from_upstream(tx: Any, phone: SignedIn) -> None:
    renewed = tx.sessions.renew(
        phone.session.session_id, phone.cookie, phone.session, upstream_session(_ISSUER, _SID)
    )
    assert renewed
