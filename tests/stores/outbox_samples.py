"""Messages of the outbox, and what workers do with them."""

from datetime import datetime, timedelta

from idp.database import Database
from idp.outbox.model import Attempt, OutboxKind, OutboxMessage
from idp.transaction import Tx
from tests.make import NOW
from tests.stores.samples import do

LEASE = timedelta(seconds=30)


def message(
    name: str, *, client_id: str = "portal", logout_id: str = "l1", at: datetime = NOW
) -> OutboxMessage:
    return OutboxMessage(
        message_id=name,
        kind=OutboxKind.BACKCHANNEL_LOGOUT,
        client_id=client_id,
        logout_id=logout_id,
        payload={"sub": "some-subject", "sid": "s-1"},
        created_at=at,
        next_attempt_at=at,
    )


async def add(database: Database[Tx], *messages: OutboxMessage) -> None:
    await do(database, lambda tx: tx.outbox.add(messages))


async def claim(
    database: Database[Tx],
    now: datetime,
    *,
    lanes: int = 100,
    each: int = 1,
    most: int = 100,
    resting: tuple[str, ...] = (),
) -> tuple[OutboxMessage, ...]:
    taken = await do(
        database,
        lambda tx: tx.outbox.claim(now, lanes=lanes, each=each, most=most, lease=LEASE, resting=resting),
    )
    return tuple(one for lane in taken for one in lane)


async def of_logout(database: Database[Tx], logout_id: str = "l1") -> tuple[OutboxMessage, ...]:
    return await database.read(lambda tx: tx.deliveries.of_logouts((logout_id,), 100))


OK, NO_CONTENT, BUSY = Attempt(status=200), Attempt(status=204), Attempt(status=503)


def settle(tx: Tx, *, name: str) -> None:
    tx.outbox.settle(name, OK, now=NOW, next_at=None)


async def deliver(database: Database[Tx], *names_: str, at: datetime = NOW) -> None:
    for name in names_:
        await do(database, lambda tx, name=name: tx.outbox.settle(name, NO_CONTENT, now=at, next_at=None))


async def fail(database: Database[Tx], name: str, attempt: Attempt, next_at: datetime | None) -> None:
    await do(database, lambda tx: tx.outbox.settle(name, attempt, now=NOW, next_at=next_at))


def names(messages: tuple[OutboxMessage, ...]) -> list[str]:
    return sorted(one.message_id for one in messages)
