"""Cases of one-stop desks on both engines: who may open one, of whom, and what is on record of it (DOMAIN §3.5)."""

from dataclasses import replace
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.credentials.model import PasswordCredential
from idp.database import Database
from idp.officials.roles import Role
from idp.people.model import PersonStatus
from idp.recovery.model import Method, Outcome
from idp.recovery.service import Paper
from tests.stores.desk import Desk, paper_of, recorded, typed
from tests.stores.desk_samples import (
    confirmed,
    make_desk_official,
    opened,
    seen,
)
from tests.stores.mandate_samples import make_citizen
from tests.stores.samples import DAY, NOW, do, see


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


async def test_what_was_not_proved_is_on_record_and_gives_no_code(
    database: Database[Any], desk: Desk
) -> None:
    paper = await paper_of(database, desk, outcome=Outcome.NOT_PROVED)
    assert paper.code is None
    assert "waits for nobody" in str(await confirmed(database, paper.case.case_id, desk.binh))


async def test_who_could_not_be_proved_is_on_record_whatever_they_showed_and_waits_for_nobody(
    database: Database[Any], desk: Desk
) -> None:
    colleague = make_desk_official(desk.citizen, "CB9", Role.CASE_OFFICER)  # who is proved by two
    await do(database, lambda tx: tx.officials.add(colleague))
    paper = await paper_of(database, desk, outcome=Outcome.NOT_PROVED, document_until="2026-03-01")
    assert (paper.code, paper.case.needs_second, paper.case.is_waiting) == (None, False, False)


async def test_a_password_alone_is_something_to_recover(database: Database[Any], desk: Desk) -> None:
    merged, local = make_citizen(), make_citizen()
    password = PasswordCredential(person_id=merged.person_id, password_hash="$argon2id$", changed_at=NOW)

    def add(tx: Any) -> None:
        tx.people.add_many([local, replace(merged, canonical_id=local.person_id)])
        tx.passwords.put(password)

    await do(database, add)
    assert isinstance(await opened(database, seen(local.person_id, desk.trang)), Paper)


async def test_a_case_is_kept_for_years_and_then_erased(database: Database[Any], desk: Desk) -> None:
    await paper_of(database, desk)
    assert await do(database, lambda tx: tx.desk_cases.erase_old(NOW - DAY, 10)) == 0
    assert await do(database, lambda tx: tx.desk_cases.erase_old(NOW, 10)) == 1
