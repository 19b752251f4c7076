"""Organisations and agencies as kept: found by number and name, numbers unreadable at rest, the tree by code."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from idp.clock import Clock
from idp.database import Database
from idp.organisations.identifiers import IdentifierTaken
from idp.organisations.model import OrganisationKind, OrganisationScheme, OrganisationStatus
from tests.organisations.samples import make_agency, make_household, make_organisation, tax_code
from tests.stores.samples import HOUR, NOW, another_node, at_once, do, see

OWNER = "031183990027"
TAX, PERSONAL = OrganisationScheme.TAX_CODE, OrganisationScheme.PERSONAL_ID


async def test_an_organisation_comes_back_as_it_was_and_is_found_by_its_number(
    database: Database[Any],
) -> None:
    one, other = make_organisation(), make_household(OWNER)
    unit = make_organisation(
        kind=OrganisationKind.DEPENDENT_UNIT,
        identifier=f"{one.identifier}-001",
        parent_id=one.organisation_id,
        founded=None,
    )
    await do(database, lambda tx: tx.organisations.add_many((one, other, unit)))
    assert await see(database, lambda tx: tx.organisations.get(one.organisation_id)) == one
    assert await see(database, lambda tx: tx.organisations.find(TAX, one.identifier)) == one
    assert await see(database, lambda tx: tx.organisations.find(PERSONAL, OWNER)) == other
    assert await see(database, lambda tx: tx.organisations.find(TAX, OWNER)) is None
    assert await see(database, lambda tx: tx.organisations.units_of(one.organisation_id, 9)) == (unit,)
    assert await see(database, lambda tx: tx.organisations.count()) == 3


async def test_neither_number_nor_owner_nor_home_is_readable_at_rest(database: Database[Any]) -> None:
    one = make_household(OWNER, address="Số 9 ngõ 5 Mê Linh")
    await do(database, lambda tx: tx.organisations.add(one))
    (row,) = await see(database, lambda tx: tx.connection.execute(text("SELECT * FROM organisations")).all())
    stored = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for word in (OWNER, "Trịnh", "ngõ 5"):
        assert word.encode() not in stored
    assert OWNER not in repr(one)


async def test_a_number_is_one_organisation_s(
    database: Database[Any], database_url: str, clock: Clock
) -> None:
    number = tax_code()

    def add(tx: Any) -> bool:
        try:
            tx.organisations.add(make_organisation(identifier=number))
        except IdentifierTaken:
            return False
        return True

    async with another_node(database, database_url, clock) as node:
        assert sum(await at_once([database, node], add, times=8)) == 1
    with pytest.raises(IdentifierTaken) as refusal:
        await do(database, lambda tx: tx.organisations.add(make_organisation(identifier=number)))
    assert number not in str(refusal.value)
    await do(database, lambda tx: tx.organisations.add(make_household(OWNER)))
    assert await do(database, lambda tx: tx.organisations.count()) == 2


async def test_names_are_searched_from_their_first_own_word_on(database: Database[Any]) -> None:
    long, linh = make_organisation(), make_organisation("CÔNG TY CỔ PHẦN HẢI LINH")
    await do(database, lambda tx: tx.organisations.add_many((long, linh, make_household(OWNER))))

    async def found(prefix: str) -> list[str]:
        return [
            one.name for one in await see(database, lambda tx: tx.organisations.search_by_name(prefix, 9))
        ]

    assert await found("hai l") == [linh.name, long.name]
    assert await found("hai lo") == [long.name]
    assert await found("trinh thi") == ["Hộ kinh doanh Trịnh Thị Yến"]
    assert await found("cong ty") == []


async def test_what_is_of_earlier_changes_nothing_and_no_update_changes_the_status(
    database: Database[Any],
) -> None:
    one = make_organisation()
    await do(database, lambda tx: tx.organisations.add(one))

    def set_status(tx: Any, status: OrganisationStatus) -> bool:
        changed: bool = tx.organisations.set_status(
            one.organisation_id,
            status,
            "decision 5",
            source="operator:an",
            source_at=NOW + HOUR,
            now=NOW + HOUR,
        )
        return changed

    assert await do(database, lambda tx: set_status(tx, OrganisationStatus.DISSOLVED))
    assert not await do(database, lambda tx: set_status(tx, OrganisationStatus.DISSOLVED))
    later = replace(one, name="Công ty TNHH Hải Long 2", commune_code="11329", source_at=NOW + HOUR)
    assert await do(database, lambda tx: tx.organisations.update(later))
    assert not await do(database, lambda tx: tx.organisations.update(one))
    kept = await see(database, lambda tx: tx.organisations.get(one.organisation_id))
    assert (kept.name, kept.commune_code) == (later.name, "11329")
    assert (kept.status, kept.status_reason) == (OrganisationStatus.DISSOLVED, "decision 5")


async def test_the_tree_of_agencies_is_read_by_code(database: Database[Any]) -> None:
    codes = ("H24", "H24.10", "H24.10.001", "H24.10.002", "H24.101", "H24.11")
    tree = [make_agency(code) for code in codes]

    def put(tx: Any) -> None:
        assert all(tx.agencies.put(agency) for agency in tree)

    await do(database, put)
    assert [one.code for one in await see(database, lambda tx: tx.agencies.below("H24"))] == [
        "H24.10",
        "H24.101",
        "H24.11",
    ]
    assert await see(database, lambda tx: tx.agencies.below("H24.10")) == (tree[2], tree[3])
    assert await see(database, lambda tx: tx.agencies.count()) == 6


async def test_an_agency_changes_by_what_is_of_later_and_ends_once(database: Database[Any]) -> None:
    city = make_agency("H24", "Ủy ban nhân dân thành phố")
    renamed = replace(city, name="Ủy ban nhân dân thành phố Hải Phòng", source_at=NOW + HOUR)
    await do(database, lambda tx: tx.agencies.put(city))
    assert await do(database, lambda tx: tx.agencies.put(renamed))
    assert not await do(database, lambda tx: tx.agencies.put(city))
    assert await see(database, lambda tx: tx.agencies.get("H24")) == renamed
    assert await do(database, lambda tx: tx.agencies.end("H24", NOW + HOUR))
    assert not await do(database, lambda tx: tx.agencies.end("H24", NOW + 2 * HOUR))
    ended = await see(database, lambda tx: tx.agencies.get("H24"))
    assert ended.ended_at == NOW + HOUR


async def test_no_agency_without_its_parent(database: Database[Any]) -> None:
    with pytest.raises(IntegrityError):
        await do(database, lambda tx: tx.agencies.put(make_agency("H24.08")))
