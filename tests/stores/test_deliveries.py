"""What became of messages: delivered, dead, given up; the ledger is read and erased in time (SECURITY R24)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from idp.database import Database
from idp.ids import ClientId, PersonId
from idp.outbox.model import Attempt, DeliveryState, OutboxKind
from idp.transaction import Tx
from tests.make import NOW
from tests.stores.outbox_samples import BUSY, LEASE, add, claim, deliver, fail, message, names, of_logout
from tests.stores.samples import do


async def test_a_dead_letter_is_kept_seen_and_never_sent(database: Database[Tx]) -> None:
    await add(database, message("m1"), message("m2", client_id="b"))
    await claim(database, NOW)
    await fail(database, "m1", Attempt(status=400), None)
    dead = await database.read(lambda tx: tx.deliveries.dead(10))
    assert [(one.message_id, one.state, one.status, one.last_error) for one in dead] == [
        ("m1", DeliveryState.DEAD, 400, "status 400")
    ]
    assert names(await claim(database, NOW + timedelta(days=2))) == ["m2"]
    await deliver(database, "m1")  # a late answer changes nothing
    assert len(await database.read(lambda tx: tx.deliveries.dead(10))) == 1


async def test_what_waited_too_long_is_given_up_but_not_what_is_out(database: Database[Tx]) -> None:
    day = timedelta(days=1)
    now = NOW + day
    await add(database, *(message(f"m{n}") for n in range(4)), message("new", client_id="c", at=now))
    await claim(database, NOW)
    await fail(database, "m0", Attempt(error="timeout"), now + timedelta(minutes=5))
    assert names(await claim(database, now - timedelta(seconds=1))) == ["m1"]

    async def bury(at: datetime, most: int) -> int:
        return await do(database, lambda tx: tx.outbox.bury(at - day, at, most))

    assert await bury(now - timedelta(seconds=1), 9) == 0
    assert [await bury(now, 2), await bury(now, 2), await bury(now, 2)] == [2, 1, 0]
    dead = await database.read(lambda tx: tx.deliveries.dead(10))
    assert names(dead) == ["m0", "m2", "m3"]
    assert {one.message_id: one.last_error for one in dead}["m0"] == "timeout"
    assert await bury(now + LEASE, 9) == 1, "m1, whose worker never came back"


async def test_what_was_delivered_is_never_sent_again_and_goes_in_time(database: Database[Tx]) -> None:
    await add(
        database,
        *(message(f"m{n}", client_id=f"c{n}") for n in range(5)),
        message("w", client_id="w"),
        replace(message("b", client_id="b"), kind=OutboxKind.NO_LOGOUT, state=DeliveryState.UNSUPPORTED),
    )
    claimed = await claim(database, NOW)
    assert names(claimed) == ["m0", "m1", "m2", "m3", "m4", "w"]
    await deliver(database, *(f"m{n}" for n in range(5)), at=NOW + timedelta(seconds=1))
    found = {one.message_id: one for one in await of_logout(database)}
    assert found["m0"].state is DeliveryState.DELIVERED
    assert (found["m0"].delivered_at, found["m0"].status) == (NOW + timedelta(seconds=1), 204)
    assert (found["m0"].sent_at, found["m0"].attempts) == (NOW, 1)
    assert names(await claim(database, NOW + timedelta(days=1))) == ["w"]

    async def erase(before: datetime) -> int:
        return await do(database, lambda tx: tx.deliveries.erase_settled(before, 3))

    assert await erase(NOW - timedelta(seconds=1)) == 0
    assert [await erase(NOW + timedelta(days=30)) for _ in range(3)] == [3, 3, 0]
    assert names(await of_logout(database)) == ["w"]


async def test_the_ledger_is_read_by_sign_out_by_person_and_by_client_page_by_page(
    database: Database[Tx],
) -> None:
    def at(n: int) -> datetime:
        return NOW + timedelta(seconds=n // 2)  # two of a moment

    mine = [replace(message(f"m{n}", logout_id=f"l{n}", at=at(n)), person_id="alice") for n in range(5)]
    await add(database, *mine, replace(message("x", client_id="b", logout_id="l0"), person_id="bob"))
    await fail(database, "m1", BUSY, None)

    async def of_client(**asked: Any) -> list[str]:
        found = await database.read(lambda tx: tx.deliveries.of_client(ClientId("portal"), 2, **asked))
        return [one.message_id for one in found]

    read = database.read
    assert names(await read(lambda tx: tx.deliveries.of_logouts(("l0", "l3", "none"), 9))) == [
        "m0",
        "m3",
        "x",
    ]
    assert await read(lambda tx: tx.deliveries.of_logouts((), 9)) == ()
    latest = await read(lambda tx: tx.deliveries.sign_outs_of_person(PersonId("alice"), 2))
    assert [one.message_id for one in latest] == ["m4", "m3"]
    assert await of_client() == ["m4", "m3"]
    assert await of_client(before="m3") == ["m2", "m1"]
    assert await of_client(before="m1") == ["m0"]
    assert await of_client(before="m0") == []
    assert await of_client(before="x") == [], "another client's row is no place to begin"
    assert await of_client(before="nothing") == []
    assert await of_client(states=("dead",)) == ["m1"]
    assert await of_client(before="m3", states=("waiting",)) == ["m2", "m0"]
