"""People: kept sealed, found by identifiers and by the fold of their name, changed without undoing each other."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from idp.database import Database
from idp.name_fold import fold
from idp.people.identifiers import IdentifierTaken
from idp.people.model import Address, IdentifierScheme, PersonStatus
from tests.roles import give_roles
from tests.stores.samples import HOUR, NOW, do, make_person, see

NUMBER = "031090000001"


async def test_a_person_is_found_again_as_stored(database: Database[Any]) -> None:
    person = replace(
        make_person(
            personal_id=NUMBER, email="hoa@example.vn", address=Address(ward_code="11311", detail="1 Lê Lợi")
        ),
        roles=frozenset({"admin:auditor", "admin:desk"}),
        synthetic=True,
    )
    await do(database, lambda tx: tx.people.add(person))
    assert await see(database, lambda tx: tx.people.get(person.person_id)) == person
    assert await see(database, lambda tx: tx.people.count()) == 1


async def test_nobody_is_found_where_nobody_is(database: Database[Any]) -> None:
    assert await see(database, lambda tx: tx.people.get(make_person().person_id)) is None
    assert await see(database, lambda tx: tx.people.canonical(make_person().person_id)) is None
    assert (
        await see(database, lambda tx: tx.people.find_by_identifier(IdentifierScheme.USERNAME, "hoa")) is None
    )
    assert await see(database, lambda tx: tx.people.search_by_name("nguyen", 10)) == ()


async def test_personal_data_is_nowhere_in_clear(database: Database[Any]) -> None:
    person = make_person(
        personal_id=NUMBER, phone="+84912345678", email="hoa@example.vn", birthdate="1990-05-17"
    )
    await do(database, lambda tx: tx.people.add(person))

    def dump(tx: Any) -> str:
        tables = (text("SELECT * FROM people"), text("SELECT * FROM person_identifiers"))
        return repr([tx.connection.execute(table).all() for table in tables])

    stored = await see(database, dump)
    for secret in (NUMBER, "912345678", "hoa@example.vn", "1990-05-17", "Hoà"):
        assert secret not in stored
    assert "nguyen thi hoa" in stored  # the fold alone is in clear


async def test_every_spelling_of_an_identifier_finds_its_person(database: Database[Any]) -> None:
    person = make_person(
        personal_id=NUMBER, phone="+84912345678", email="Hoa@Example.vn", email_verified=True
    )
    await do(database, lambda tx: tx.people.add(person))
    for scheme, value in (
        (IdentifierScheme.PERSONAL_ID, "031 090 000 001"),
        (IdentifierScheme.PHONE, "0912 345 678"),
        (IdentifierScheme.EMAIL, " HOA@example.VN"),
    ):
        assert await see(database, lambda tx, s=scheme, v=value: tx.people.find_by_identifier(s, v)) == person


async def test_one_scheme_is_not_found_under_another(database: Database[Any]) -> None:
    await do(database, lambda tx: tx.people.add(make_person(personal_id=NUMBER)))
    assert (
        await see(database, lambda tx: tx.people.find_by_identifier(IdentifierScheme.USERNAME, NUMBER))
        is None
    )


async def test_a_phone_that_a_family_shares_names_none_of_them(database: Database[Any]) -> None:
    family = [make_person(phone="+84912345678") for _ in range(2)]
    await do(database, lambda tx: tx.people.add_many(family))
    assert (
        await see(database, lambda tx: tx.people.find_by_identifier(IdentifierScheme.PHONE, "+84912345678"))
        is None
    )


@pytest.mark.parametrize(
    "scheme", [IdentifierScheme.PERSONAL_ID, IdentifierScheme.CMND9, IdentifierScheme.USERNAME]
)
async def test_a_number_or_name_belongs_to_one_person(
    database: Database[Any], scheme: IdentifierScheme
) -> None:
    first, second = make_person(), make_person()
    await do(database, lambda tx: tx.people.add_many((first, second)))
    await do(database, lambda tx: tx.people.add_identifier(first.person_id, scheme, "X1", now=NOW))
    with pytest.raises(IdentifierTaken):
        await do(database, lambda tx: tx.people.add_identifier(second.person_id, scheme, " x1", now=NOW))
    assert await see(database, lambda tx: tx.people.find_by_identifier(scheme, "X1")) == first


async def test_two_new_people_with_one_number_are_both_refused(database: Database[Any]) -> None:
    twins = [make_person(personal_id=NUMBER) for _ in range(2)]
    with pytest.raises(IdentifierTaken):
        await do(database, lambda tx: tx.people.add_many(twins))
    assert await see(database, lambda tx: tx.people.count()) == 0


async def test_a_person_who_has_an_identifier_may_be_given_it_again(database: Database[Any]) -> None:
    person = make_person(personal_id=NUMBER)

    def store(tx: Any) -> None:
        tx.people.add(person)
        tx.people.add_identifier(person.person_id, IdentifierScheme.PERSONAL_ID, NUMBER, now=NOW)

    await do(database, store)
    assert (
        await see(database, lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, NUMBER))
        == person
    )


async def test_hundreds_of_people_go_in_at_once(database: Database[Any]) -> None:
    many = [
        make_person(personal_id=f"03109{i:07}", phone=f"+8491{i:07}", email=f"{i}@x.vn") for i in range(400)
    ]
    await do(database, lambda tx: tx.people.add_many(many))
    assert await see(database, lambda tx: tx.people.count()) == 400
    found = await see(
        database, lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, "031090000399")
    )
    assert found == many[399]


async def test_names_are_found_by_the_beginning_of_their_fold_in_order(database: Database[Any]) -> None:
    names = ["Nguyễn Văn Đức", "Nguyễn An", "Ngô Thị Lan", "Nguyễn Ánh", "Trần Hòa"]
    await do(database, lambda tx: tx.people.add_many([make_person(name) for name in names]))

    async def search(prefix: str, limit: int = 10) -> list[str]:
        found = await see(database, lambda tx: tx.people.search_by_name(fold(prefix), limit))
        return [one.profile.full_name for one in found]

    assert await search("nguyễn") == ["Nguyễn An", "Nguyễn Ánh", "Nguyễn Văn Đức"]
    assert await search("Nguyen van d") == ["Nguyễn Văn Đức"]
    assert await search("ng", limit=2) == ["Ngô Thị Lan", "Nguyễn An"]
    assert await search("%") == []
    assert await search("_guyen") == []


async def test_new_attributes_bring_new_identifiers_and_end_the_old_phone(database: Database[Any]) -> None:
    before = make_person(personal_id=NUMBER, phone="+84912345678")
    profile = replace(
        before.profile, full_name="Nguyễn Thị Huệ", phone="+84987654321", personal_id="031190000002"
    )
    after = replace(before, profile=profile, account_level=1, commune_code="11320", updated_at=NOW + HOUR)
    await do(database, lambda tx: tx.people.add(before))
    await do(database, lambda tx: tx.people.update(after))

    async def found(scheme: IdentifierScheme, value: str) -> Any:
        return await see(database, lambda tx: tx.people.find_by_identifier(scheme, value))

    assert await found(IdentifierScheme.PHONE, "+84912345678") is None
    assert await found(IdentifierScheme.PHONE, "+84987654321") == after
    assert await found(IdentifierScheme.PERSONAL_ID, "031190000002") == after
    assert await found(IdentifierScheme.PERSONAL_ID, NUMBER) == after  # an old number still finds them
    assert await see(database, lambda tx: tx.people.search_by_name("nguyen thi hue", 2)) == (after,)


async def test_a_phone_given_back_is_found_again(database: Database[Any]) -> None:
    first = make_person(phone="+84912345678")
    without = replace(first, profile=replace(first.profile, phone=""), updated_at=NOW + HOUR)

    def change(tx: Any) -> None:
        tx.people.add(first)
        tx.people.update(without)
        assert tx.people.find_by_identifier(IdentifierScheme.PHONE, "+84912345678") is None
        tx.people.update(replace(first, updated_at=NOW + 2 * HOUR))

    await do(database, change)
    found = await see(
        database, lambda tx: tx.people.find_by_identifier(IdentifierScheme.PHONE, "+84912345678")
    )
    assert found is not None
    assert found.person_id == first.person_id


async def test_an_identifier_that_was_valid_once_finds_only_if_it_is_a_number(
    database: Database[Any],
) -> None:
    person = make_person()
    await do(database, lambda tx: tx.people.add(person))
    for scheme, expected in ((IdentifierScheme.CMND9, person), (IdentifierScheme.USERNAME, None)):
        await do(
            database,
            lambda tx, s=scheme: tx.people.add_identifier(
                person.person_id, s, "012345678", now=NOW, valid_to=NOW, cause="replaced"
            ),
        )
        found = await see(database, lambda tx, s=scheme: tx.people.find_by_identifier(s, "012345678"))
        assert found == expected


async def test_attributes_read_before_a_lock_do_not_undo_it(database: Database[Any]) -> None:
    stale = make_person()
    await do(database, lambda tx: tx.people.add(stale))

    def lock(tx: Any) -> None:
        assert tx.people.set_status(stale.person_id, PersonStatus.LOCKED, "reported theft", NOW)
        give_roles(tx, stale.person_id, "admin:desk")

    await do(database, lock)
    await do(database, lambda tx: tx.people.update(replace(stale, account_level=1)))
    found = await see(database, lambda tx: tx.people.get(stale.person_id))
    assert (found.status, found.status_reason) == (PersonStatus.LOCKED, "reported theft")
    assert found.roles == {"admin:desk"}
    assert found.account_level == 1


async def test_a_status_set_again_changes_nothing(database: Database[Any]) -> None:
    person = make_person()
    await do(database, lambda tx: tx.people.add(person))

    def set_status(tx: Any, status: PersonStatus) -> bool:
        changed: bool = tx.people.set_status(person.person_id, status, "because", NOW)
        return changed

    assert not await do(database, lambda tx: set_status(tx, PersonStatus.ACTIVE))
    assert await do(database, lambda tx: set_status(tx, PersonStatus.DECEASED))
    assert not await do(database, lambda tx: set_status(tx, PersonStatus.DECEASED))


async def test_a_merged_record_leads_to_the_one_that_stands_for_it(database: Database[Any]) -> None:
    first, second = make_person(), make_person()
    await do(database, lambda tx: tx.people.add_many((first, second)))
    assert await do(database, lambda tx: tx.people.merge(first.person_id, into=second.person_id))
    assert not await do(database, lambda tx: tx.people.merge(first.person_id, into=second.person_id))
    assert await see(database, lambda tx: tx.people.canonical(first.person_id)) == second
    assert await see(database, lambda tx: tx.people.canonical(second.person_id)) == second
    await do(database, lambda tx: tx.people.update(replace(first, account_level=1)))  # read before the merge
    assert await see(database, lambda tx: tx.people.canonical(first.person_id)) == second
    assert not await do(database, lambda tx: tx.people.split(first.person_id, off=first.person_id))
    assert await do(database, lambda tx: tx.people.split(first.person_id, off=second.person_id))
    stands = await see(database, lambda tx: tx.people.canonical(first.person_id))
    assert stands == replace(first, account_level=1)


async def test_records_merged_in_a_circle_stand_for_nobody(database: Database[Any]) -> None:
    first, second = make_person(), make_person()  # adr/0036: no rule lets them

    def merge(tx: Any) -> None:
        tx.people.add_many((first, second))
        tx.people.merge(first.person_id, into=second.person_id)
        tx.people.merge(second.person_id, into=first.person_id)

    await do(database, merge)
    assert await see(database, lambda tx: tx.people.canonical(first.person_id)) is None


async def test_a_person_unknown_is_not_updated(database: Database[Any]) -> None:
    with pytest.raises(LookupError):
        await do(database, lambda tx: tx.people.update(make_person()))
