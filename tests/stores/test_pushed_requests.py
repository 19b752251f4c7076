"""Requests at rest: for their own client, used up once, gone when their time is over (RFC 9126, SECURITY A12, R16)."""

from typing import Any

import pytest
from sqlalchemy import text

from idp.database import Database
from idp.grants.model import StoredRequest
from idp.ids import NO_BUCKET, ClientId, HandleKind, PersonId
from tests.stores.samples import HOUR, MINUTE, NOW, SECOND, at_once, do, make_handle, see

PORTAL, OTHER = ClientId("portal"), ClientId("other")
REQUEST = StoredRequest(
    values={"client_id": "portal", "scope": "openid", "state": "ễ🌳\u2028", "login_hint": "031184012456"},
    hinted_sub="a-sub",
)
EXPIRES = NOW + 90 * SECOND


async def push(database: Database[Any], **more: Any) -> str:
    handle = make_handle(HandleKind.PUSHED_REQUEST, PersonId(NO_BUCKET))
    await do(database, lambda tx: tx.pushed_requests.add(handle, PORTAL, REQUEST, expires_at=EXPIRES, **more))
    return handle


async def load(
    database: Database[Any], handle: str, client_id: ClientId = PORTAL, at: Any = NOW
) -> StoredRequest | None:
    return await do(
        database, lambda tx: tx.pushed_requests.load(handle, client_id, at, until=at + 30 * MINUTE)
    )


async def test_what_was_pushed_comes_back_to_its_own_client_alone(database: Database[Any]) -> None:
    handle = await push(database)
    assert await load(database, handle, OTHER) is None
    assert await load(database, handle, ClientId("por\x00tal")) is None
    assert await load(database, handle) == REQUEST


async def test_it_waits_for_its_first_load_as_long_as_was_promised(database: Database[Any]) -> None:
    handle = await push(database)
    assert await load(database, handle, at=EXPIRES) is None
    assert await load(database, handle, at=EXPIRES - SECOND) == REQUEST


async def test_loaded_it_lives_as_long_as_an_interaction_and_no_load_prolongs_it_again(
    database: Database[Any],
) -> None:
    handle = await push(database)
    assert await load(database, handle) == REQUEST
    assert await load(database, handle, at=NOW + 29 * MINUTE) == REQUEST
    assert await see(database, lambda tx: tx.pushed_requests.find(handle, NOW + 29 * MINUTE)) == REQUEST
    assert await load(database, handle, at=NOW + 30 * MINUTE) is None
    assert await see(database, lambda tx: tx.pushed_requests.find(handle, NOW + 30 * MINUTE)) is None


async def test_it_is_used_up_once(database: Database[Any]) -> None:
    handle = await push(database)
    assert await do(database, lambda tx: tx.pushed_requests.spend(handle, NOW))
    assert not await do(database, lambda tx: tx.pushed_requests.spend(handle, NOW))
    assert await load(database, handle) is None


async def test_one_that_has_expired_can_t_be_used_up(database: Database[Any]) -> None:
    handle = await push(database)
    assert not await do(database, lambda tx: tx.pushed_requests.spend(handle, EXPIRES))


async def test_one_of_fifty_uses_it_up(nodes: tuple[Database[Any], ...]) -> None:  # SECURITY R16
    for _ in range(4):
        handle = await push(nodes[0])
        answers = await at_once(nodes, lambda tx, h=handle: tx.pushed_requests.spend(h, NOW))
        assert sorted(answers) == [False] * 49 + [True]


async def test_fifty_load_it_at_once_and_it_lives_as_long_as_after_one(
    nodes: tuple[Database[Any], ...],
) -> None:
    handle = await push(nodes[0])
    answers = await at_once(
        nodes, lambda tx: tx.pushed_requests.load(handle, PORTAL, NOW, until=NOW + 30 * MINUTE)
    )
    assert answers == [REQUEST] * 50
    assert await load(nodes[0], handle, at=NOW + 30 * MINUTE) is None


@pytest.mark.parametrize(
    "handle",
    ["", "x", "hp_par_00", make_handle(HandleKind.CODE, PersonId(NO_BUCKET)), "hp_par_00" + "x" * 44],
    ids=["empty", "letter", "cut", "a code", "too long"],
)
async def test_what_is_no_handle_of_its_kind_opens_nothing(database: Database[Any], handle: str) -> None:
    await push(database)
    assert await load(database, handle) is None
    assert await see(database, lambda tx: tx.pushed_requests.find(handle, NOW)) is None
    assert not await do(database, lambda tx: tx.pushed_requests.spend(handle, NOW))
    with pytest.raises(ValueError, match="handle of its kind"):
        await do(database, lambda tx: tx.pushed_requests.add(handle, PORTAL, REQUEST, expires_at=EXPIRES))


async def test_neither_the_handle_nor_the_request_is_stored_in_clear(database: Database[Any]) -> None:
    handle = await push(database)
    rows = await see(database, lambda tx: tx.connection.execute(text("SELECT * FROM pushed_requests")).all())
    shown = str(
        [tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row) for row in rows]
    )
    assert len(rows) == 1
    for secret in (handle, handle[9:], "031184012456", "a-sub", "openid"):
        assert secret not in shown


async def test_what_has_expired_is_erased_in_batches_and_nothing_else(database: Database[Any]) -> None:
    for _ in range(5):
        await push(database)
    in_use = await push(database)
    await load(database, in_use)
    for most, erased in ((2, 2), (10, 3), (10, 0)):
        assert await do(database, lambda tx, m=most: tx.pushed_requests.erase_expired(EXPIRES, m)) == erased
    assert await load(database, in_use, at=EXPIRES) == REQUEST
    assert await do(database, lambda tx: tx.pushed_requests.erase_expired(NOW + HOUR, 10)) == 1
