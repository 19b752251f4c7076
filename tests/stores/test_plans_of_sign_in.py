"""Credentials, sessions and interactions: every statement finds its rows by an index (PERFORMANCE, growth)."""

from typing import Any

import pytest

from idp.credentials.model import PasswordCredential, TotpCredential
from idp.cross_device.model import Standing
from idp.database import Database
from idp.ids import NO_BUCKET, ClientId, HandleKind, OfficialId, PersonId
from idp.lifetimes import Lifetimes
from idp.reports.services import connected_to, used_by
from idp.reports.sessions import count_live, reached_by, used_as
from idp.risk.model import Arrival
from tests.stores.cross_device_samples import make_asked
from tests.stores.desk_samples import make_desk_case
from tests.stores.passkey_samples import make_passkey
from tests.stores.plans import Part, walks_of
from tests.stores.samples import HOUR, MINUTE, NOW, SignedIn, make_handle

ARRIVAL = Arrival(client_id=ClientId("portal"), held="a" * 43, fresh="b" * 43, address="203.0.113.9")
_LINK = make_handle(HandleKind.LINK, PersonId(NO_BUCKET))
_STATE = make_handle(HandleKind.UPSTREAM_STATE, PersonId(NO_BUCKET))


def _credentials(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    tx.passwords.put(PasswordCredential(person_id=person_id, password_hash="h", changed_at=NOW))
    tx.passwords.get(person_id)
    tx.passwords.known_since(person_id)
    tx.totp.put(TotpCredential(person_id=person_id, secret="S", last_step=0, confirmed=True))
    tx.totp.get(person_id)
    tx.totp.spend_step(person_id, 1)
    tx.totp.put_to_sleep(person_id, NOW)
    passkey = make_passkey(person_id)
    tx.passkeys.add(passkey)
    tx.passkeys.find(passkey.credential_id)
    tx.passkeys.of_person(person_id)
    tx.passkeys.use(passkey, 1, is_backed_up=True, now=NOW)
    tx.passkeys.rename(passkey, "n")
    tx.passkeys.end(passkey, NOW)
    tx.passkeys.erase_ended(NOW, 10)
    tx.passkey_challenges.spend(b"c", NOW)
    tx.passkey_challenges.erase_expired(NOW, 10)
    tx.devices.see(person_id, ARRIVAL, device_id="d", name="Chrome, Windows", kept=HOUR, now=NOW)
    tx.devices.renew(ARRIVAL.held, ARRIVAL.fresh, NOW)
    tx.devices.of_person(person_id, NOW, 10)
    tx.devices.acknowledge(person_id, "d", NOW)
    tx.devices.forget(person_id, "d")
    tx.devices.forget_others(person_id, "d")
    tx.devices.forget_browser(ARRIVAL.held)
    tx.devices.erase_old(NOW, 10)
    tx.grants.has_used(person_id, me.client.client_id, NOW)
    tx.attempts.reserve("a", NOW)
    tx.attempts.state("a")
    tx.attempts.settle("a")
    tx.attempts.release("a")
    tx.recovery_holds.hold(person_id, until=NOW, now=NOW)
    tx.recovery_holds.until(person_id, NOW)
    tx.recovery_holds.erase_over(NOW, 10)
    tx.desk_cases.add(make_desk_case(person_id), code="c")
    tx.desk_cases.get("c")
    tx.desk_cases.latest(since=NOW, most=10)
    tx.desk_cases.of_person(person_id)
    tx.desk_cases.confirm("c", "c", by=OfficialId("o"), until=NOW, now=NOW)
    tx.desk_cases.try_code("c", "c", NOW)
    tx.desk_cases.spend("c", "c", NOW)
    tx.desk_cases.erase_old(NOW, 10)
    tx.links.peek(_LINK, "p", NOW)
    tx.links.spend(_LINK, "p", NOW)


def _sessions(tx: Any, me: SignedIn) -> None:
    session_id = me.session.session_id
    tx.sessions.find(me.cookie)
    tx.sessions.find(me.cookie, locks_person=True)
    tx.sessions.get(session_id)
    tx.sessions.touch(session_id, NOW + MINUTE)
    tx.sessions.reach(me.reached())
    tx.sessions.clients_of(session_id)
    tx.sessions.find_by_sid(me.client.client_id, me.grant.sid)
    tx.sessions.of_person(me.person.person_id)
    tx.upstream_sessions.inherit(me.cookie, session_id)
    tx.sessions.end(session_id, NOW, "")
    tx.sessions.erase_ended(NOW - MINUTE, 10)
    reached_by(tx.connection, me.person.person_id)
    used_as(tx.connection, me.person.person_id)
    used_by(tx.connection, me.person.person_id, NOW)
    connected_to(tx.connection, me.person.person_id, NOW)
    count_live(tx.connection, me.person.person_id, NOW, Lifetimes())


def _interactions(tx: Any, me: SignedIn) -> None:
    del me
    tx.interactions.spend_upstream(_STATE, NOW)
    tx.interactions.password_proof("i", NOW)
    tx.interactions.spend_password_proof("i", NOW)
    tx.interactions.is_finished("i")
    tx.interactions.erase_expired(NOW, 10)
    tx.cross_device.begin(make_asked())
    tx.cross_device.of_interaction("i")
    tx.cross_device.find("BCDF-GHJK", "s", NOW)
    tx.cross_device.answered("BCDF-GHJK", "s")
    tx.cross_device.answer("BCDF-GHJK", "47", "s", NOW)
    tx.cross_device.stop("BCDF-GHJK", Standing.FAR, "s", NOW)
    tx.cross_device.spend("i", NOW)
    tx.cross_device.lose("i")
    tx.cross_device.erase_expired(NOW, 10)


@pytest.mark.parametrize("part", [_credentials, _sessions, _interactions])
async def test_no_statement_walks_through_a_table(database: Database[Any], part: Part) -> None:
    assert await walks_of(database, part) == []
