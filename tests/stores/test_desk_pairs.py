"""Who proves whom at a one-stop desk, on both engines: nobody their own, officials by two (DOMAIN §3.5; adr/0048)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Database
from idp.mandates.model import Mandate, Powers, PrincipalKind, Source
from idp.mandates.model import Role as MandateRole
from idp.officials.roles import Role
from idp.people.model import Address, Person
from idp.recovery.service import Paper
from tests.stores.desk import Desk, bound, recorded
from tests.stores.desk_samples import (
    WAITS,
    confirmed,
    linked,
    make_desk_official,
    opened,
    seen,
)
from tests.stores.mandate_samples import make_citizen
from tests.stores.samples import DAY, NOW, do

Nodes = tuple[Database[Any], Database[Any]]
HOME = Address(ward_code="11383", detail="Số 16, ngõ 4, đường Cát Bi")


def parental(parent: Person, child: Person, **changes: Any) -> Mandate:
    values: dict[str, Any] = {
        "mandate_id": f"m-{parent.person_id[:6]}-{child.person_id[:6]}",
        "principal_kind": PrincipalKind.PERSON,
        "principal_id": child.person_id,
        "delegate_id": parent.person_id,
        "source": Source.PARENT,
        "role": MandateRole.PARENT,
        "powers": Powers.FULL,
        "valid_from": NOW - DAY,
        "appointed_by": "register",
        "created_at": NOW,
    }
    return Mandate(**(values | changes))


async def test_nobody_proves_themselves(database: Database[Any], desk: Desk) -> None:
    own = desk.trang.person_id
    assert own is not None
    await do(database, lambda tx: tx.upstreams.add(linked(own)))
    assert "themselves" in str(await opened(database, seen(own, desk.trang)))
    (event,) = await recorded(database, EventType.DESK_REFUSED)
    assert event is not None


@pytest.mark.parametrize("kin", ["parent", "child", "other parent", "home", "grown child"])
async def test_nobody_proves_family_or_household(database: Database[Any], desk: Desk, kin: str) -> None:
    own, subject, child = make_citizen(), make_citizen(), make_citizen()
    if kin == "home":
        other = replace(HOME, detail="số 16,  NGÕ 4, đường cát bi")  # as another source spells it
        own = replace(own, profile=replace(own.profile, address=HOME))
        subject = replace(subject, profile=replace(subject.profile, address=other))
    official = make_desk_official(own, "CB5")
    held = {
        "parent": [parental(subject, own)],
        "child": [parental(own, subject)],
        "other parent": [parental(own, child), parental(subject, child)],
        "grown child": [parental(own, subject, ended_at=NOW - DAY, end_reason="of age")],
        "home": [],
    }[kin]

    def add(tx: Any) -> None:
        tx.people.add_many([own, subject, child])
        tx.officials.add(official)
        tx.upstreams.add(linked(subject.person_id))
        tx.mandates.add(held)

    await do(database, add)
    assert "family or household" in str(await opened(database, seen(subject.person_id, official)))
    assert isinstance(await opened(database, seen(subject.person_id, desk.trang)), Paper)


async def test_an_official_with_a_family_and_a_home_proves_who_is_of_neither(
    database: Database[Any], desk: Desk
) -> None:
    own, subject, child, theirs = (make_citizen() for _ in range(4))
    own = replace(own, profile=replace(own.profile, address=HOME))
    next_door = replace(HOME, detail="Số 18, ngõ 4, đường Cát Bi")
    subject = replace(subject, profile=replace(subject.profile, address=next_door))
    official = make_desk_official(own, "CB5")

    def add(tx: Any) -> None:
        tx.people.add_many([own, subject, child, theirs])
        tx.officials.add(official)
        tx.upstreams.add(linked(subject.person_id))
        tx.mandates.add([parental(own, child), parental(subject, theirs)])

    await do(database, add)
    assert isinstance(await opened(database, seen(subject.person_id, official)), Paper)


async def test_an_official_or_administrator_is_proved_by_two(database: Database[Any], desk: Desk) -> None:
    subject = replace(make_citizen(), roles=frozenset({"admin:security-officer"}))
    employed = make_citizen()
    official = make_desk_official(employed, "CB4", Role.CASE_OFFICER)

    def add(tx: Any) -> None:
        tx.people.add_many([subject, employed])
        tx.officials.add(official)
        tx.upstreams.add(linked(subject.person_id))
        tx.upstreams.add(linked(employed.person_id))

    await do(database, add)
    for person in (subject, employed):
        paper = await opened(database, seen(person.person_id, desk.trang))
        assert isinstance(paper, Paper)
        assert (paper.code, paper.case.is_waiting) == (None, True)
        case_id = paper.case.case_id
        assert "another official" in str(await confirmed(database, case_id, desk.trang))
        assert "no desk post" in str(await confirmed(database, case_id, official))
        assert "waits for nobody" in str(await confirmed(database, case_id, desk.binh, NOW + WAITS))
        done = await confirmed(database, case_id, desk.binh)
        assert isinstance(done, Paper)
        assert "waits for nobody" in str(await confirmed(database, case_id, desk.binh))
        assert await bound(database, done, username=f"name-{person.person_id[:8]}".lower())


async def test_who_has_two_employee_numbers_is_one_official(database: Database[Any], desk: Desk) -> None:
    subject = replace(make_citizen(), roles=frozenset({"admin:security-officer"}))

    def add(tx: Any) -> None:
        own = tx.people.get(desk.trang.person_id)
        tx.people.add(subject)
        tx.officials.add(make_desk_official(own, "CB1-2"))  # of another agency, say
        tx.upstreams.add(linked(subject.person_id))

    await do(database, add)
    paper = await opened(database, seen(subject.person_id, desk.trang))
    assert isinstance(paper, Paper)
    again = replace(desk.trang, employee_number="CB1-2")
    assert "another official" in str(await confirmed(database, paper.case.case_id, again))
    assert isinstance(await confirmed(database, paper.case.case_id, desk.binh), Paper)


async def test_who_confirms_is_no_kin_either(database: Database[Any], desk: Desk) -> None:
    subject = replace(make_citizen(), roles=frozenset({"admin:security-officer"}))
    mother = make_citizen()
    official = make_desk_official(mother, "CB3")

    def add(tx: Any) -> None:
        tx.people.add_many([subject, mother])
        tx.officials.add(official)
        tx.upstreams.add(linked(subject.person_id))
        tx.mandates.add([parental(mother, subject)])

    await do(database, add)
    paper = await opened(database, seen(subject.person_id, desk.trang))
    assert isinstance(paper, Paper)
    assert "family" in str(await confirmed(database, paper.case.case_id, official))


async def test_one_of_many_confirms_and_one_code_opens(nodes: Nodes, desk: Desk) -> None:
    subject = replace(make_citizen(), roles=frozenset({"admin:security-officer"}))

    def add(tx: Any) -> None:
        tx.people.add(subject)
        tx.upstreams.add(linked(subject.person_id))

    await do(nodes[0], add)
    waiting = await opened(nodes[0], seen(subject.person_id, desk.trang))
    assert isinstance(waiting, Paper)
    case_id = waiting.case.case_id
    done = await asyncio.gather(*(confirmed(nodes[n % 2], case_id, desk.binh) for n in range(10)))
    papers = [one for one in done if isinstance(one, Paper)]
    assert len(papers) == 1
    assert await bound(nodes[0], papers[0], username="quan.tri")
