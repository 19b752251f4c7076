"""Who came back from upstream: what a weaker sign-in says otherwise is kept out, and on record (SECURITY E04)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from federation.upstream import AccountKind, ExternalAttributes, ExternalIdentity
from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database
from idp.people.model import Address, Attribute, IdentifierScheme, Person, Source
from idp.people.service import Recognised, recognise
from tests.stores.samples import NOW, do, see

TOLD = ExternalAttributes(
    full_name="Nguyễn Thị Hương",
    personal_id="031184900001",
    birthdate="1984",
    gender="female",
    nationality="VN",
    phone="+84539900001",
    email="huong@example.vn",
    ward_code="10888",
    address_detail="thôn Đông",
)


def identity(told: ExternalAttributes = TOLD, *, level: int = 2) -> ExternalIdentity:
    return ExternalIdentity(
        issuer="https://national.example",
        subject="s",
        kind=AccountKind.CITIZEN,
        loa="LoA2",
        account_level=level,
        auth_time=NOW,
        amr=("pwd",),
        attributes=told,
    )


async def back(database: Database[Any], one: ExternalIdentity, *, days: int = 0) -> Person:
    clock = Clock(lambda: NOW + timedelta(days=days))
    occasion = Occasion(clock=clock, now=clock.now(), txn="t")
    outcome: Any = await database.transact(lambda tx: recognise(tx, one, occasion=occasion))
    recognised = outcome.unwrap()
    assert isinstance(recognised, Recognised)
    stored = await see(database, lambda tx: tx.people.get(recognised.person.person_id))
    assert stored == recognised.person
    return recognised.person


async def recorded(database: Database[Any], kind: EventType) -> list[object]:
    def read(tx: Any) -> list[object]:
        while tx.audit.number(500):
            pass
        return [one.event.payload["fields"] for one in tx.audit.read(-1, 100, event_type=kind)]

    return await do(database, read)


async def test_a_new_record_has_what_was_stated_by_whom_and_in_clear_only_year_and_commune(
    database: Database[Any],
) -> None:
    person = await back(database, identity())
    assert (person.birth_year, person.profile.birthdate, person.commune_code) == (1984, "1984", "10888")
    assert person.profile.address == Address(
        ward_code="10888", detail="thôn Đông", formatted="thôn Đông, Xã Cẩm Giang, Thành phố Hải Phòng"
    )
    assert set(person.profile.origins) == set(Attribute)
    (origin,) = set(person.profile.origins.values())
    assert (origin.source, origin.issuer, origin.level, origin.at) == (
        Source.UPSTREAM,
        "https://national.example",
        2,
        NOW,
    )


async def test_level_01_overwrites_nothing_of_level_02_and_the_record_says_what(
    database: Database[Any],
) -> None:
    before = await back(database, identity())
    weaker = replace(TOLD, full_name="Nguyễn Thị Hường", phone="+84539900009", ward_code="10903")
    after = await back(database, identity(weaker, level=1), days=1)
    assert after.profile == before.profile
    assert after.account_level == 1, "the level follows the account down"
    assert await recorded(database, EventType.PERSON_ATTRIBUTES_KEPT) == [["address", "name", "phone"]]


async def test_level_02_overwrites_level_01_and_what_is_in_clear_follows(database: Database[Any]) -> None:
    before = await back(database, identity(level=1))
    assert before.profile.personal_id == ""
    told = replace(TOLD, full_name="Nguyễn Thị Hường", birthdate="1985-01-02", ward_code="10903")
    after = await back(database, identity(told), days=1)
    assert (after.profile.full_name, after.birth_year, after.commune_code) == (
        "Nguyễn Thị Hường",
        1985,
        "10903",
    )
    assert after.profile.personal_id == TOLD.personal_id
    assert await recorded(database, EventType.PERSON_ATTRIBUTES_KEPT) == []


async def test_the_same_again_writes_nothing_and_a_month_later_only_when_it_was_said(
    database: Database[Any],
) -> None:
    before = await back(database, identity())
    assert await back(database, identity(), days=29) == before
    after = await back(database, identity(), days=30)
    assert after.updated_at == before.updated_at
    assert {origin.at for origin in after.profile.origins.values()} == {NOW + timedelta(days=30)}
    assert await recorded(database, EventType.PERSON_UPDATED) == [["origins"]]


async def test_another_number_of_the_same_account_is_a_change_with_its_cause(
    database: Database[Any],
) -> None:
    person = await back(database, identity())
    await back(database, identity(replace(TOLD, personal_id="031185900002")), days=1)
    held = await see(database, lambda tx: tx.people.identifiers_of(person.person_id))
    numbers = [(one.value, one.cause) for one in held if one.scheme is IdentifierScheme.PERSONAL_ID]
    assert numbers == [("031184900001", "stated-upstream"), ("031185900002", "")]


async def test_a_foreigner_is_found_by_their_own_kind_of_number_and_their_name_is_left_whole(
    database: Database[Any],
) -> None:
    told = replace(
        TOLD, full_name="Sato Yuki", personal_id="", foreigner_id="NN9000000001", nationality="JPN"
    )
    person = await back(database, identity(told))
    assert (person.profile.full_name, person.profile.family_name) == ("Sato Yuki", "")
    again = await back(database, replace(identity(told), subject="another account"))
    assert again.person_id == person.person_id
