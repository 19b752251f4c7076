"""The code that a one-stop desk hands over, on both engines: it opens once, for half an hour (adr/0048)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from idp.audit.events import EventType
from idp.database import Database, Done
from idp.ids import PersonId, bucket_of
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from idp.recovery.model import MOST_TRIES
from idp.recovery.service import Paper, bind
from idp.recovery.store.desk_cases import desk_cases
from idp.transaction import Tx
from tests.stores.desk import Desk, binding, bound, paper_of, recorded, typed
from tests.stores.desk_samples import (
    HOLD,
    WAITS,
    linked,
    occasion,
    opened,
    seen,
)
from tests.stores.mandate_samples import make_citizen
from tests.stores.samples import NOW, at_once, do, see

Nodes = tuple[Database[Any], Database[Any]]


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


async def test_a_recovery_holds_back_nobody_else_and_the_later_end_stays(
    database: Database[Any], desk: Desk
) -> None:
    me = desk.citizen.person_id
    beside = replace(make_citizen(), person_id=PersonId(f"{bucket_of(me)}{make_citizen().person_id[2:]}"))

    def hold(tx: Any) -> None:
        tx.people.add(beside)
        tx.recovery_holds.hold(me, until=NOW + 2 * HOLD, now=NOW)
        tx.recovery_holds.hold(me, until=NOW + HOLD, now=NOW)

    await do(database, hold)
    held, late = NOW + HOLD, NOW + 2 * HOLD
    assert await see(database, lambda tx: tx.recovery_holds.until(me, held)) == late
    assert await see(database, lambda tx: tx.recovery_holds.until(me, late)) is None
    assert await see(database, lambda tx: tx.recovery_holds.until(beside.person_id, NOW)) is None


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


async def test_a_case_and_a_code_of_two_papers_bind_and_spend_nothing(
    database: Database[Any], desk: Desk
) -> None:
    other = make_citizen()

    def come(tx: Any) -> None:
        tx.people.add(other)
        tx.upstreams.add(linked(other.person_id))

    await do(database, come)
    mine, theirs = (
        await paper_of(database, desk),
        await opened(database, seen(other.person_id, desk.trang)),
    )
    assert isinstance(theirs, Paper), theirs
    for mixed in (replace(mine, code=theirs.code), replace(theirs, code=mine.code)):
        assert not await bound(database, mixed)
    assert await recorded(database, EventType.ACCOUNT_RECOVERED) == []
    for paper in (mine, theirs):  # who came to the desk next ended nobody's code
        assert await bound(database, paper)


async def test_another_case_s_code_opens_nothing_and_too_many_wrong_ones_end_it(
    database: Database[Any], desk: Desk
) -> None:  # rows 11, 33
    paper = await paper_of(database, desk)
    case_id, wrong = paper.case.case_id, "0" * 16

    assert await do(database, lambda tx: tx.desk_cases.try_code(case_id, wrong, NOW)) is None
    await do(database, partial(_after, tries=MOST_TRIES - 1))
    right = typed(paper)
    assert await do(database, lambda tx: tx.desk_cases.try_code(case_id, right, NOW)) is not None
    assert await do(database, lambda tx: tx.desk_cases.try_code(case_id, wrong, NOW)) is None
    assert await do(database, lambda tx: tx.desk_cases.try_code(case_id, right, NOW)) is None
    assert not await bound(database, paper)


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


async def test_one_of_many_spends_a_code(nodes: Nodes, desk: Desk) -> None:  # E13, R16
    paper = await paper_of(nodes[0], desk)
    outcomes = await asyncio.gather(*(bound(nodes[n % 2], paper) for n in range(20)))
    assert sum(outcomes) == 1
    assert len(await recorded(nodes[0], EventType.ACCOUNT_RECOVERED)) == 1


async def test_wrong_codes_at_once_all_count(nodes: Nodes, desk: Desk) -> None:  # E11
    paper = await paper_of(nodes[0], desk)
    case_id = paper.case.case_id
    await do(nodes[0], partial(_after, tries=MOST_TRIES - 10))
    await at_once(nodes, lambda tx: tx.desk_cases.try_code(case_id, "0" * 16, NOW), 10)
    case = await see(nodes[0], lambda tx: tx.desk_cases.get(case_id))
    assert case.tries == MOST_TRIES
    assert not await bound(nodes[0], paper)


def _after(tx: Tx, *, tries: int) -> None:
    """Let so many wrong codes have been tried before."""
    tx.connection.execute(update(desk_cases).values(tries=tries))
