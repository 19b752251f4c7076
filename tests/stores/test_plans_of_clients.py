"""Clients, their grants, and what they are told: every statement finds its rows by an index (PERFORMANCE, growth)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.database import Database
from idp.ids import NO_BUCKET, Gid, GrantId, HandleKind, PersonId
from idp.outbox.model import Attempt, OutboxKind, OutboxMessage
from tests.stores.plans import Part, walks_of
from tests.stores.samples import MINUTE, NOW, SignedIn, make_handle

_INVITATION = make_handle(HandleKind.INVITATION, PersonId(NO_BUCKET))
_REGISTRATION = make_handle(HandleKind.REGISTRATION, PersonId(NO_BUCKET))
_PUSHED = make_handle(HandleKind.PUSHED_REQUEST, PersonId(NO_BUCKET))
_TOKEN = make_handle(HandleKind.REFRESH_TOKEN, PersonId(NO_BUCKET))


def _clients(tx: Any, me: SignedIn) -> None:
    tx.clients.get(me.client.client_id)
    tx.clients.set_enabled(me.client.client_id, True, NOW)
    tx.clients.expire_secrets(me.client.client_id, NOW, "s")
    tx.clients.forget_sealed(me.client.client_id)
    tx.clients.end_secret(me.client.client_id, "s", NOW)
    tx.client_assertions.erase_expired(NOW, 10)
    tx.invitations.find(_INVITATION, NOW)
    tx.invitations.spend(_INVITATION, NOW)
    tx.invitations.end("i", NOW)
    tx.invitations.erase_expired(NOW, 10)
    tx.logos.find("d")
    tx.logos.remove(me.client.client_id)
    tx.registrations.find(_REGISTRATION)
    tx.registrations.end(me.client.client_id)


def _grants(tx: Any, me: SignedIn) -> None:
    tx.codes.find(me.code)
    tx.codes.spend(me.code, NOW)
    tx.codes.burn(me.code, NOW)
    tx.codes.erase_expired(NOW, 10)
    tx.refresh_tokens.find(_TOKEN)
    tx.refresh_tokens.spend(_TOKEN, successor="x", successor_sealed=b"", now=NOW)
    tx.refresh_tokens.erase_expired(NOW, 10)
    again = replace(me.grant, grant_id=GrantId("again"), gid=Gid("again"))
    tx.grants.add(again, session_id="s", offline=True, expires_at=NOW, now=NOW)
    tx.grants.find_by_gid(me.grant.gid, NOW)
    tx.grants.find_with_holder(me.grant.gid, "jti", NOW)
    tx.grants.revoke(me.grant.grant_id, NOW, "")
    tx.grants.revoke_of_person(me.person.person_id, NOW, "")
    tx.grants.revoke_of_person(me.person.person_id, NOW, "", client_id=me.client.client_id)
    tx.grants.revoke_of_session(me.session.session_id, NOW, "")
    tx.grants.erase_expired(NOW - timedelta(days=1), 10)
    tx.pushed_requests.load(_PUSHED, me.client.client_id, NOW, until=NOW)
    tx.pushed_requests.find(_PUSHED, NOW)
    tx.pushed_requests.spend(_PUSHED, NOW)
    tx.pushed_requests.erase_expired(NOW, 10)
    tx.revoked_tokens.contains("jti")
    tx.revoked_tokens.erase_expired(NOW, 10)


def _outbox(tx: Any, me: SignedIn) -> None:
    client_id = me.client.client_id
    sent = OutboxMessage(
        message_id="m",
        kind=OutboxKind.BACKCHANNEL_LOGOUT,
        client_id=client_id,
        logout_id="l",
        person_id=me.person.person_id,
        payload={},
        created_at=NOW,
        next_attempt_at=NOW,
    )
    tx.outbox.add([sent])
    tx.outbox.claim(NOW, lanes=2, each=2, most=9, lease=MINUTE, resting=["c"])
    tx.outbox.release(["m"], NOW)
    tx.outbox.settle("m", Attempt(status=500), now=NOW, next_at=NOW)
    tx.outbox.hurry(client_id, NOW, 10)
    tx.outbox.bury(NOW - MINUTE, NOW, 10)
    tx.outbox.bring_back(NOW, NOW, 10)
    tx.outbox.settle("m", Attempt(status=400), now=NOW, next_at=None)
    tx.outbox.settle("m", Attempt(status=200), now=NOW, next_at=None)
    tx.deliveries.of_logouts(["l"], 10)
    tx.deliveries.of_client(client_id, 10)
    tx.deliveries.of_client(client_id, 10, before="m", states=["dead"])
    tx.deliveries.dead(10)
    tx.deliveries.erase_settled(NOW, 10)
    tx.deliveries.backlog(10)


@pytest.mark.parametrize("part", [_clients, _grants, _outbox])
async def test_no_statement_walks_through_a_table(database: Database[Any], part: Part) -> None:
    assert await walks_of(database, part) == []
