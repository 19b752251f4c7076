"""Contacts and their codes on both engines: sealed, tried so often, good once, the newest alone."""

from datetime import timedelta

from sqlalchemy import text

from idp.database import Database
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.messages.model.codes import MOST_CODE_TRIES
from idp.people.contacts import Contact, PendingCode
from idp.transaction import Tx
from tests.make import NOW
from tests.stores.samples import at_once, do, make_person

EMAIL = Channel.EMAIL


async def huong(database: Database[Tx]) -> PersonId:
    person = make_person()
    await do(database, lambda tx: tx.people.add(person))
    return person.person_id


def contact(name: str, *, channel: Channel = EMAIL, seconds: int = 0) -> Contact:
    return Contact(
        contact_id=name,
        channel=channel,
        address=f"{name}@example.vn",
        language="vi",
        verified_at=NOW + timedelta(seconds=seconds),
    )


def code(digest: bytes = b"d" * 32, address: str = "a@example.vn") -> PendingCode:
    return PendingCode(
        channel=EMAIL,
        address=address,
        replaces="",
        language="en",
        digest=digest,
        tries=0,
        expires_at=NOW + timedelta(hours=1),
    )


async def test_contacts_come_back_in_order_and_are_sealed(database: Database[Tx]) -> None:
    person_id = await huong(database)
    later, first = contact("hai", seconds=5), contact("mot")
    for one in (later, first):
        await do(database, lambda tx, one=one: tx.contacts.add(person_id, one))
    assert await database.read(lambda tx: tx.contacts.of_person(person_id)) == (first, later)
    rows = await database.read(
        lambda tx: tx.connection.execute(text("SELECT address FROM contacts")).scalars().all()
    )
    assert not any(b"example" in bytes(row) for row in rows)


async def test_a_contact_is_removed_once_and_by_its_person_alone(database: Database[Tx]) -> None:
    person_id, other = await huong(database), await huong(database)
    await do(database, lambda tx: tx.contacts.add(person_id, contact("mot")))
    assert not await do(database, lambda tx: tx.contacts.remove(other, "mot"))
    removed = await at_once([database], lambda tx: tx.contacts.remove(person_id, "mot"), times=10)
    assert sum(removed) == 1


async def test_a_code_is_tried_so_often_however_many_at_once(database: Database[Tx]) -> None:
    person_id = await huong(database)
    await do(database, lambda tx: tx.contacts.put_code(person_id, code()))
    tried = await at_once([database], lambda tx: tx.contacts.reserve_try(person_id, EMAIL, NOW), times=20)
    assert sum(one is not None for one in tried) == MOST_CODE_TRIES
    assert await database.read(lambda tx: tx.contacts.pending(person_id, EMAIL, NOW)) is None


async def test_a_code_is_spent_once(database: Database[Tx]) -> None:
    person_id = await huong(database)
    await do(database, lambda tx: tx.contacts.put_code(person_id, code()))
    spent = await at_once(
        [database], lambda tx: tx.contacts.spend_code(person_id, EMAIL, b"d" * 32), times=10
    )
    assert sum(spent) == 1


async def test_the_newest_code_is_the_only_one(database: Database[Tx]) -> None:
    person_id = await huong(database)
    await do(database, lambda tx: tx.contacts.put_code(person_id, code()))
    await do(database, lambda tx: tx.contacts.reserve_try(person_id, EMAIL, NOW))
    newer = code(b"e" * 32, "b@example.vn")
    await do(database, lambda tx: tx.contacts.put_code(person_id, newer))
    assert await database.read(lambda tx: tx.contacts.pending(person_id, EMAIL, NOW)) == newer
    assert not await do(database, lambda tx: tx.contacts.spend_code(person_id, EMAIL, b"d" * 32))
    assert await database.read(lambda tx: tx.contacts.pending(person_id, Channel.PHONE, NOW)) is None


async def test_a_code_that_is_over_is_none_and_goes(database: Database[Tx]) -> None:
    person_id = await huong(database)
    await do(database, lambda tx: tx.contacts.put_code(person_id, code()))
    over = NOW + timedelta(hours=1)
    assert await do(database, lambda tx: tx.contacts.reserve_try(person_id, EMAIL, over)) is None
    assert await do(database, lambda tx: tx.contacts.erase_expired(NOW, 10)) == 0
    assert await do(database, lambda tx: tx.contacts.erase_expired(over, 10)) == 1
