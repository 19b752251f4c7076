"""One-stop desks on both engines: who may prove whom, by how many, and a code that opens once (DOMAIN §3.5; adr/0048)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.clock import Clock
from idp.credentials.recovery_code import read_code
from idp.database import Database, Done
from idp.mandates.model import Mandate, Powers, PrincipalKind, Source
from idp.mandates.model import Role as MandateRole
from idp.officials.model import Official
from idp.officials.roles import Role
from idp.people.model import Address, Person, PersonStatus
from idp.protocol.assurance import Acr
from idp.recovery.model import MOST_TRIES, Method, Outcome
from idp.recovery.service import Binding, Paper, bind
from tests.stores.desk_samples import (
    HOLD,
    WAITS,
    confirmed,
    linked,
    make_desk_official,
    occasion,
    opened,
    seen,
)
from tests.stores.mandate_samples import events_of, make_citizen
from tests.stores.samples import DAY, NOW, another_node, at_once, do, see

HOME = Address(ward_code="11383", detail="Số 16, ngõ 4, đường Cát Bi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Two officials at one desk, and a citizen before them."""

    trang: Official
    binh: Official
    citizen: Person


@pytest.fixture
async def desk(database: Database[Any]) -> Desk:
    people = [make_citizen() for _ in range(3)]
    trang, binh = make_desk_official(people[0], "CB1"), make_desk_official(people[1], "CB2")

    def add(tx: Any) -> None:
        tx.people.add_many(people)
        tx.officials.add(trang)
        tx.officials.add(binh)
        tx.upstreams.add(linked(people[2].person_id))

    await do(database, add)
    return Desk(trang=trang, binh=binh, citizen=people[2])


@pytest.fixture
async def nodes(
    database: Database[Any], database_url: str, clock: Clock
) -> AsyncIterator[tuple[Database[Any], Database[Any]]]:
    async with another_node(database, database_url, clock) as other:
        yield database, other


def typed(paper: Paper) -> str:
    """The code as it comes from the page."""
    assert paper.code is not None
    code = read_code(paper.code)
    assert code is not None
    return code


def binding(**changes: Any) -> Binding:
    return Binding(**({"password_hash": "$argon2id$new"} | changes))


async def bound(database: Database[Any], paper: Paper, moment: Any = NOW, **changes: Any) -> bool:
    case_id, code = paper.case.case_id, typed(paper)
    outcome = await database.transact(
        lambda tx: bind(tx, case_id, code, binding(**changes), hold=HOLD, occasion=occasion(moment))
    )
    done: bool = outcome.unwrap()
    return done


async def paper_of(database: Database[Any], desk: Desk, **changes: Any) -> Paper:
    paper = await opened(database, seen(desk.citizen.person_id, desk.trang, **changes))
    assert isinstance(paper, Paper), paper
    return paper


async def recorded(database: Database[Any], event: EventType) -> list[Any]:
    found: list[Any] = await see(database, lambda tx: events_of(tx, event))
    return found


async def test_a_citizen_gets_a_code_and_the_case_is_on_record_without_the_number(
    database: Database[Any], desk: Desk
) -> None:
    paper = await paper_of(database, desk, device="quầy 3")
    case = await see(database, lambda tx: tx.desk_cases.get(paper.case.case_id))
    assert (case.official_id, case.agency_code, case.commune_code) == (
        desk.trang.official_id,
        "H24.31",
        "11383",
    )
    assert (case.method, case.outcome, case.device) == (Method.CARD_CHIP, Outcome.PROVED, "quầy 3")
    (event,) = await recorded(database, EventType.DESK_CASE_OPENED)
    rows = await see(
        database,
        lambda tx: (
            repr(tx.connection.exec_driver_sql("SELECT * FROM desk_cases").all())
            + repr(tx.connection.exec_driver_sql("SELECT * FROM audit_events").all())
        ),
    )
    assert event is not None
    assert "031184000047" not in rows
    assert typed(paper) not in rows
    assert (paper.code or "") not in rows
    same = await see(database, lambda tx: tx.desk_cases.document("031184000047"))
    assert same == case.document_digest, "the same document is known again"


async def test_a_code_binds_new_factors_in_the_place_of_all_before_once(
    database: Database[Any], desk: Desk
) -> None:
    person_id = desk.citizen.person_id
    paper = await paper_of(database, desk)
    assert await bound(database, paper, totp_secret="JBSWY3DPEHPK3PXP", totp_step=7, username="huong.nt")
    assert not await bound(database, paper), "once"
    password, totp = await see(database, lambda tx: (tx.passwords.get(person_id), tx.totp.get(person_id)))
    assert password.password_hash == "$argon2id$new"
    assert (totp.bound_acr, totp.last_step, totp.confirmed) == (Acr.SUBSTANTIAL, 7, True)
    until = await see(database, lambda tx: tx.recovery_holds.until(person_id, NOW))
    assert until == NOW + HOLD
    assert len(await recorded(database, EventType.ACCOUNT_RECOVERED)) == 1


async def test_a_password_alone_leaves_no_old_authenticator_beside_it(
    database: Database[Any], desk: Desk
) -> None:
    person_id = desk.citizen.person_id
    await bound(database, await paper_of(database, desk), totp_secret="JBSWY3DPEHPK3PXP")
    await bound(database, await paper_of(database, desk))
    assert await see(database, lambda tx: tx.totp.get(person_id)) is None


@pytest.mark.parametrize("late", [WAITS, WAITS + timedelta(hours=1)])
async def test_a_code_lives_half_an_hour(database: Database[Any], desk: Desk, late: timedelta) -> None:
    assert not await bound(database, await paper_of(database, desk), NOW + late)


async def test_a_newer_case_ends_the_code_of_the_one_before(database: Database[Any], desk: Desk) -> None:
    first = await paper_of(database, desk)
    second = await paper_of(database, desk)
    assert not await bound(database, first)
    assert await bound(database, second)


async def test_another_case_s_code_opens_nothing_and_ten_wrong_ones_end_it(
    database: Database[Any], desk: Desk
) -> None:  # rows 11, 33
    paper = await paper_of(database, desk)
    case_id, wrong = paper.case.case_id, "0" * 16

    for _ in range(MOST_TRIES - 1):
        assert await do(database, lambda tx: tx.desk_cases.try_code(case_id, wrong, NOW)) is None
    right = typed(paper)
    assert await do(database, lambda tx: tx.desk_cases.try_code(case_id, right, NOW)) is not None
    assert await do(database, lambda tx: tx.desk_cases.try_code(case_id, wrong, NOW)) is None
    assert await do(database, lambda tx: tx.desk_cases.try_code(case_id, right, NOW)) is None
    assert not await bound(database, paper)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"employee_number": "CB9"}, "no official"),
        ({"agency_code": "H24.32"}, "no desk post"),
        ({"document_until": "2026-03-01"}, "no longer good"),
    ],
)
async def test_what_a_desk_can_t_do_is_said(
    database: Database[Any], desk: Desk, wrong: dict[str, Any], says: str
) -> None:
    found = await opened(database, seen(desk.citizen.person_id, desk.trang, **wrong))
    assert isinstance(found, str)
    assert says in found
    assert await see(database, lambda tx: tx.desk_cases.latest(since=NOW - DAY, most=10)) == ()


async def test_a_document_is_good_on_its_last_day(database: Database[Any], desk: Desk) -> None:
    await paper_of(database, desk, document_until="2026-03-02")
    await paper_of(database, desk, document_until="")


async def test_only_who_holds_a_desk_post_now_may(database: Database[Any], desk: Desk) -> None:
    other = make_citizen()
    officer = make_desk_official(other, "CB7", Role.CASE_OFFICER)
    over = make_desk_official(make_citizen(), "CB8")
    over = replace(
        over, posts=tuple(replace(one, ends_at=NOW) for one in over.posts), person_id=other.person_id
    )
    unknown = replace(make_desk_official(other, "CB6"), person_id=None)

    def add(tx: Any) -> None:
        tx.people.add(other)
        for one in (officer, over, unknown):
            assert tx.officials.add(one)

    await do(database, add)
    for one in (officer, over, unknown):
        assert isinstance(await opened(database, seen(desk.citizen.person_id, one)), str)
    await do(database, lambda tx: tx.people.set_status(desk.trang.person_id, PersonStatus.LOCKED, "", NOW))
    assert "locked" in str(await opened(database, seen(desk.citizen.person_id, desk.trang)))


async def test_who_has_no_account_has_nothing_to_recover(database: Database[Any], desk: Desk) -> None:
    newcomer = make_citizen()
    await do(database, lambda tx: tx.people.add(newcomer))
    assert "no account" in str(await opened(database, seen(newcomer.person_id, desk.trang)))


async def test_a_locked_account_is_not_opened_by_a_desk(database: Database[Any], desk: Desk) -> None:
    person_id = desk.citizen.person_id
    paper = await paper_of(database, desk)
    await do(database, lambda tx: tx.people.set_status(person_id, PersonStatus.LOCKED, "", NOW))
    assert "locked" in str(await opened(database, seen(person_id, desk.trang)))
    outcome = await database.transact(
        lambda tx: bind(tx, paper.case.case_id, typed(paper), binding(), hold=HOLD, occasion=occasion())
    )
    assert not isinstance(outcome, Done)
    assert await see(database, lambda tx: tx.passwords.get(person_id)) is None


async def test_what_was_not_proved_is_on_record_and_gives_no_code(
    database: Database[Any], desk: Desk
) -> None:
    paper = await paper_of(database, desk, outcome=Outcome.NOT_PROVED)
    assert paper.code is None
    assert "waits for nobody" in str(await confirmed(database, paper.case.case_id, desk.binh))


async def test_nobody_proves_themselves(database: Database[Any], desk: Desk) -> None:
    own = desk.trang.person_id
    assert own is not None
    await do(database, lambda tx: tx.upstreams.add(linked(own)))
    assert "themselves" in str(await opened(database, seen(own, desk.trang)))
    (event,) = await recorded(database, EventType.DESK_REFUSED)
    assert event is not None


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


Nodes = tuple[Database[Any], Database[Any]]


async def test_one_of_many_spends_a_code(nodes: Nodes, desk: Desk) -> None:  # E13, R16
    paper = await paper_of(nodes[0], desk)
    outcomes = await asyncio.gather(*(bound(nodes[n % 2], paper) for n in range(20)))
    assert sum(outcomes) == 1
    assert len(await recorded(nodes[0], EventType.ACCOUNT_RECOVERED)) == 1


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


async def test_wrong_codes_at_once_all_count(nodes: Nodes, desk: Desk) -> None:  # E11
    paper = await paper_of(nodes[0], desk)
    case_id = paper.case.case_id
    await at_once(nodes, lambda tx: tx.desk_cases.try_code(case_id, "0" * 16, NOW), MOST_TRIES)
    case = await see(nodes[0], lambda tx: tx.desk_cases.get(case_id))
    assert case.tries == MOST_TRIES
    assert not await bound(nodes[0], paper)


async def test_a_case_is_kept_for_years_and_then_erased(database: Database[Any], desk: Desk) -> None:
    await paper_of(database, desk)
    assert await do(database, lambda tx: tx.desk_cases.erase_old(NOW - DAY, 10)) == 0
    assert await do(database, lambda tx: tx.desk_cases.erase_old(NOW, 10)) == 1
