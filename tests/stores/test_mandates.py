"""Mandates on both engines: as they are kept, and what registers say (DOMAIN §3.1, §3.3)."""

from dataclasses import replace
from typing import Any

from idp.database import Database
from idp.ids import PersonId
from idp.mandates.model import (
    PrincipalKind,
    Role,
    Source,
    ward,
)
from idp.mandates.service import (
    replace_representatives,
)
from idp.people.model import PersonStatus
from tests.mandates.samples import make_mandate
from tests.stores.mandate_samples import (
    at,
    make_citizen,
    make_company,
    new_company,
    of_company,
    who,
)
from tests.stores.samples import NOW, do, see

DB = Database[Any]


async def test_a_mandate_comes_back_as_it_was_given(database: DB) -> None:
    company = await make_company(database)
    me = company.people[0].person_id
    given = make_mandate(
        me, services=("land", "tax"), through_id="firm", appointment_id="a", reference="12/2026/QĐ-TA"
    )
    await do(database, lambda tx: tx.mandates.add([given]))
    assert await see(database, lambda tx: tx.mandates.get(given.mandate_id)) == given
    assert await see(database, lambda tx: tx.mandates.of_delegate(me)) == (given,)
    assert await see(database, lambda tx: tx.mandates.of_principal(given.principal_kind, "company")) == (
        given,
    )
    assert await do(database, lambda tx: tx.mandates.lock(given.mandate_id)) == given
    assert await see(database, lambda tx: tx.mandates.get("another")) is None


async def test_another_record_takes_the_place_of_the_one_it_is_split_from_and_of_no_other(
    database: DB,
) -> None:
    parent, child, other = (make_citizen() for _ in range(3))
    given = make_mandate(
        parent.person_id,
        principal_kind=PrincipalKind.PERSON,
        principal_id=child.person_id,
        source=Source.PARENT,
        role=Role.PARENT,
    )

    def store(tx: Any) -> None:
        tx.people.add_many((parent, child, other))
        tx.mandates.add([given])

    await do(database, store)
    await do(database, lambda tx: tx.mandates.move(given.mandate_id, other.person_id, child.person_id))
    assert await see(database, lambda tx: tx.mandates.get(given.mandate_id)) == given
    await do(database, lambda tx: tx.mandates.move(given.mandate_id, child.person_id, other.person_id))
    moved = replace(given, principal_id=other.person_id)
    assert await see(database, lambda tx: tx.mandates.get(given.mandate_id)) == moved
    await do(database, lambda tx: tx.mandates.move(given.mandate_id, parent.person_id, child.person_id))
    moved = replace(moved, delegate_id=child.person_id)
    assert await see(database, lambda tx: tx.mandates.get(given.mandate_id)) == moved


async def test_the_register_replaces_representatives_as_a_whole(database: DB) -> None:
    company = await make_company(database)
    first, second, third = (one.person_id for one in company.people)

    def say(*ids: PersonId) -> Any:
        return lambda tx: replace_representatives(
            tx, company.organisation_id, ids, actor="register", occasion=at()
        )

    assert who(await do(database, say(first, second))) == {first, second}
    kept = await see(database, lambda tx: of_company(tx, company))
    assert who(kept) == {first, second}
    assert {one.role for one in kept} == {Role.REPRESENTATIVE}
    assert all(one.powers.value == "full" and one.valid_to is None for one in kept)
    again = await do(database, say(second, third, second))
    stays = next(one for one in kept if one.delegate_id == second)
    assert who(again) == {second, third}
    assert stays in again, "whom the register names again keeps their mandate"
    assert who(await see(database, lambda tx: of_company(tx, company))) == {second, third}
    assert await do(database, say()) == ()
    assert await see(database, lambda tx: of_company(tx, company)) == ()


async def test_nobody_dead_or_locked_becomes_a_representative_and_who_is_locked_later_stays(
    database: DB,
) -> None:
    company = await make_company(database)
    locked, dead, later = company.people

    def say(tx: Any) -> Any:
        ids = [one.person_id for one in company.people]
        return replace_representatives(tx, company.organisation_id, ids, actor="register", occasion=at())

    def change(tx: Any) -> None:
        tx.people.set_status(locked.person_id, PersonStatus.LOCKED, "", NOW)
        tx.people.set_status(dead.person_id, PersonStatus.DECEASED, "", NOW)

    await do(database, change)
    assert who(await do(database, say)) == {later.person_id}
    await do(database, lambda tx: tx.people.set_status(later.person_id, PersonStatus.LOCKED, "", NOW))
    assert who(await do(database, say)) == {later.person_id}
    await do(database, lambda tx: tx.people.set_status(later.person_id, PersonStatus.DECEASED, "", NOW))
    assert await do(database, say) == ()


def test_whom_a_mandate_is_for_is_named_alike_everywhere() -> None:
    assert ward(PersonId("5b")).ref == "person:5b"
    assert make_mandate(PersonId("5b"), principal_id=new_company()).principal.ref.startswith("organisation:")
