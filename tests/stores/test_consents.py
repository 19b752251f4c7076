"""Consents: the newest decision per scope counts, and what came before stays as proof."""

from dataclasses import replace
from typing import Any

from sqlalchemy import text

from idp.consents.model import ConsentRecord, consent_facts
from idp.database import Database
from idp.ids import ClientId, PersonId
from idp.protocol.scopes import LegalBasis
from tests.stores.samples import HOUR, NOW, do, make_client, make_person, see


def make_record(person_id: PersonId, consent_id: str, scope: str, **changes: Any) -> ConsentRecord:
    record = ConsentRecord(
        consent_id=consent_id,
        person_id=person_id,
        client_id=ClientId("portal"),
        scope=scope,
        basis=LegalBasis.CONSENT,
        granted=True,
        text_version="2026-01",
        text_hash="ab" * 32,
        decided_at=NOW,
    )
    return replace(record, **changes)


async def someone(database: Database[Any]) -> PersonId:
    person = make_person()

    def store(tx: Any) -> None:
        tx.people.add(person)
        for client_id in ("portal", "warehouse"):
            tx.clients.put(make_client(client_id), NOW)

    await do(database, store)
    return person.person_id


async def test_decisions_are_found_as_recorded_for_their_client(database: Database[Any]) -> None:
    me = await someone(database)
    email = make_record(me, "1", "email")
    profile = make_record(me, "2", "profile", basis=LegalBasis.PUBLIC_TASK)
    elsewhere = make_record(me, "3", "email", client_id=ClientId("warehouse"), granted=False)
    await do(database, lambda tx: tx.consents.add((email, profile, elsewhere)))
    assert await see(database, lambda tx: tx.consents.of_client(me, ClientId("portal"))) == (email, profile)
    assert await see(database, lambda tx: tx.consents.of_client(me, ClientId("warehouse"))) == (elsewhere,)
    assert await see(database, lambda tx: tx.consents.of_person(me)) == (email, profile, elsewhere)
    stranger = await someone(database)
    assert await see(database, lambda tx: tx.consents.of_person(stranger)) == ()


async def test_a_later_decision_supersedes_the_earlier_one_on_the_same_scope(database: Database[Any]) -> None:
    me = await someone(database)
    agreed, phone = make_record(me, "2", "email"), make_record(me, "3", "phone")
    declined = make_record(me, "1", "email", granted=False, decided_at=NOW + HOUR)
    await do(database, lambda tx: tx.consents.add((agreed, phone)))
    await do(database, lambda tx: tx.consents.add((declined,)))
    assert await see(database, lambda tx: tx.consents.of_client(me, ClientId("portal"))) == (declined, phone)
    kept = await see(
        database, lambda tx: tx.connection.execute(text("SELECT count(*) FROM consents")).scalar_one()
    )
    assert kept == 3  # the proof of the first decision


async def test_what_one_person_decides_leaves_what_another_did(database: Database[Any]) -> None:
    me, another = await someone(database), await someone(database)
    mine, theirs = make_record(me, "1", "email"), make_record(another, "2", "email", granted=False)
    await do(database, lambda tx: tx.consents.add((mine,)))
    await do(database, lambda tx: tx.consents.add((theirs,)))
    for person_id, record in ((me, mine), (another, theirs)):
        found = await see(database, lambda tx, p=person_id: tx.consents.of_client(p, ClientId("portal")))
        assert found == (record,)
    assert (
        await do(
            database, lambda tx: tx.consents.withdraw(another, ClientId("portal"), ("email",), NOW + HOUR)
        )
        == 1
    )
    assert await see(database, lambda tx: tx.consents.of_client(me, ClientId("portal"))) == (mine,)


async def test_some_scopes_are_withdrawn_from_one_client(database: Database[Any]) -> None:
    me = await someone(database)
    both = ("email", "phone")
    records = (
        make_record(me, "1", "email"),
        make_record(me, "2", "phone", granted=False),
        make_record(me, "3", "email", client_id=ClientId("warehouse")),
        make_record(me, "4", "profile", basis=LegalBasis.PUBLIC_TASK),
    )
    await do(database, lambda tx: tx.consents.add(records))
    assert await do(database, lambda tx: tx.consents.withdraw(me, ClientId("portal"), both, NOW + HOUR)) == 2
    assert (
        await do(database, lambda tx: tx.consents.withdraw(me, ClientId("portal"), both, NOW + 2 * HOUR)) == 0
    )
    found = await see(database, lambda tx: tx.consents.of_client(me, ClientId("portal")))
    assert [one.withdrawn_at for one in found] == [NOW + HOUR, NOW + HOUR, None]
    assert consent_facts(found).scopes == {"profile"}
    untouched = await see(database, lambda tx: tx.consents.of_client(me, ClientId("warehouse")))
    assert untouched == (records[2],)


async def test_who_withdrew_may_agree_again(database: Database[Any]) -> None:
    me = await someone(database)
    again = make_record(me, "2", "email", decided_at=NOW + HOUR)

    def change_minds(tx: Any) -> None:
        tx.consents.add((make_record(me, "1", "email"),))
        tx.consents.withdraw(me, ClientId("portal"), ("email",), NOW)
        tx.consents.add((again,))

    await do(database, change_minds)
    assert await see(database, lambda tx: tx.consents.of_client(me, ClientId("portal"))) == (again,)
