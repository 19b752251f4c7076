"""Whoever signed a desk's case must be at a desk still when it is confirmed and when its code is used (adr/0048)."""

from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Database
from idp.officials.model import Official
from idp.officials.roles import Role
from idp.people.model import PersonStatus
from idp.recovery.service import Paper
from tests.stores.desk import Desk, bound, paper_of, recorded
from tests.stores.desk_samples import confirmed, make_desk_official, opened, seen
from tests.stores.samples import NOW, do


async def _leaves(database: Database[Any], official: Official) -> None:
    await do(database, lambda tx: tx.officials.close_post(official.posts[0], now=NOW, reason="dismissed"))


async def _is_locked_out(database: Database[Any], official: Official) -> None:
    assert official.person_id is not None
    own = official.person_id
    await do(database, lambda tx: tx.people.set_status(own, PersonStatus.LOCKED, "misuse", NOW))


@pytest.mark.parametrize("goes", [_leaves, _is_locked_out])
async def test_the_paper_of_an_official_who_is_at_no_desk_any_more_opens_nothing(
    database: Database[Any], desk: Desk, goes: Any
) -> None:
    paper = await paper_of(database, desk)
    await goes(database, desk.trang)
    assert not await bound(database, paper)
    assert await recorded(database, EventType.ACCOUNT_RECOVERED) == []


@pytest.mark.parametrize("goes", [_leaves, _is_locked_out])
@pytest.mark.parametrize("who", ["opened", "confirmed"])
async def test_both_who_signed_are_at_a_desk_when_the_code_is_used(
    database: Database[Any], desk: Desk, goes: Any, who: str
) -> None:
    case_id = await _case_of_an_official(database, desk)
    paper = await confirmed(database, case_id, desk.binh)
    await goes(database, desk.trang if who == "opened" else desk.binh)
    assert not await bound(database, paper)


@pytest.mark.parametrize("goes", [_leaves, _is_locked_out])
async def test_the_case_of_an_official_who_has_left_is_confirmed_by_nobody(
    database: Database[Any], desk: Desk, goes: Any
) -> None:
    case_id = await _case_of_an_official(database, desk)
    await goes(database, desk.trang)
    assert "at no desk any more" in str(await confirmed(database, case_id, desk.binh))
    assert len(await recorded(database, EventType.DESK_REFUSED)) == 1


async def _case_of_an_official(database: Database[Any], desk: Desk) -> str:
    """A case of somebody who is proved by two, opened by the first."""
    colleague = make_desk_official(desk.citizen, "CB9", Role.CASE_OFFICER)
    await do(database, lambda tx: tx.officials.add(colleague))
    paper = await opened(database, seen(desk.citizen.person_id, desk.trang))
    assert isinstance(paper, Paper)
    assert paper.code is None
    return paper.case.case_id
