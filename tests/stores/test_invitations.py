"""Initial access tokens: each use is taken once, whoever races for it; and what a registration access token governs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from idp.clients.model import Invitation, Registration
from idp.clock import Clock
from idp.database import Database
from idp.ids import NO_BUCKET, ClientId, HandleKind
from tests.stores.samples import DAY, HOUR, NOW, another_node, at_once, do, make_client, see

INVITATION = Invitation(
    invitation_id="inv-1",
    scopes=frozenset({"openid", "email"}),
    note="Sở Y tế",
    uses_left=2,
    expires_at=NOW + DAY,
)
_clock = Clock(lambda: NOW)


def _token(kind: HandleKind = HandleKind.INVITATION) -> str:
    return _clock.handle(kind, NO_BUCKET)


async def test_a_use_is_taken_until_none_is_left(database: Database[Any]) -> None:
    token = _token()
    await do(database, lambda tx: tx.invitations.add(INVITATION, token, NOW))
    assert await see(database, lambda tx: tx.invitations.find(token, NOW)) == INVITATION
    spent = await do(database, lambda tx: [tx.invitations.spend(token, NOW) for _ in range(3)])
    assert spent == [replace(INVITATION, uses_left=1), replace(INVITATION, uses_left=0), None]
    assert await see(database, lambda tx: tx.invitations.find(token, NOW)) is None
    assert await see(database, lambda tx: tx.invitations.all()) == (replace(INVITATION, uses_left=0),)


async def test_fifty_at_once_over_two_nodes_take_as_many_uses_as_there_are(
    database: Database[Any], database_url: str, clock: Clock
) -> None:
    token = _token()
    await do(database, lambda tx: tx.invitations.add(replace(INVITATION, uses_left=7), token, NOW))
    async with another_node(database, database_url, clock) as node:
        spent = await at_once((database, node), lambda tx: tx.invitations.spend(token, NOW))
    assert sorted(one.uses_left for one in spent if one is not None) == list(range(7))


async def test_what_has_expired_or_was_ended_or_is_another_kind_opens_nothing(
    database: Database[Any],
) -> None:
    token, ended = _token(), _token()
    other = replace(INVITATION, invitation_id="inv-2")

    def store(tx: Any) -> list[bool]:
        tx.invitations.add(INVITATION, token, NOW)
        tx.invitations.add(other, ended, NOW)
        return [tx.invitations.end(name, NOW) for name in ("inv-2", "inv-2", "nobody")]

    assert await do(database, store) == [True, False, False]
    for presented, now in (
        (token, NOW + DAY),
        (ended, NOW),
        (_token(), NOW),
        (token[:-1], NOW),
        (token.replace("invite", "reg"), NOW),
        ("", NOW),
    ):
        assert await see(database, lambda tx, p=presented, n=now: tx.invitations.find(p, n)) is None
        assert await do(database, lambda tx, p=presented, n=now: tx.invitations.spend(p, n)) is None


async def test_expired_ones_are_erased(database: Database[Any]) -> None:
    def store(tx: Any) -> None:
        tx.invitations.add(INVITATION, _token(), NOW)
        tx.invitations.add(replace(INVITATION, invitation_id="inv-2", expires_at=NOW + HOUR), _token(), NOW)

    await do(database, store)
    assert await do(database, lambda tx: tx.invitations.erase_expired(NOW + HOUR, 10)) == 1
    left = await see(database, lambda tx: tx.invitations.all())
    assert [one.invitation_id for one in left] == ["inv-1"]


async def test_a_registration_is_found_by_its_token_until_it_is_ended(database: Database[Any]) -> None:
    token = _token(HandleKind.REGISTRATION)
    registration = Registration(client_id=ClientId("portal"), scopes=frozenset({"openid"}))

    def store(tx: Any) -> None:
        tx.clients.put(make_client(), NOW)
        tx.registrations.add(registration, token, NOW + timedelta(seconds=1))

    await do(database, store)
    assert await see(database, lambda tx: tx.registrations.find(token)) == registration
    for other in (_token(HandleKind.REGISTRATION), _token(), token[:-1], "", "\x00"):
        assert await see(database, lambda tx, other=other: tx.registrations.find(other)) is None
    ends = await do(database, lambda tx: [tx.registrations.end(ClientId("portal")) for _ in range(2)])
    assert ends == [True, False]
    assert await see(database, lambda tx: tx.registrations.find(token)) is None
