"""Written requests on both engines: four eyes, a clock of working days, a refusal with its reason (DOMAIN §1.4)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Database, Done
from idp.days import end_of
from idp.ids import PersonId
from idp.life_events.model import Decision, LockRequest, Wish
from idp.life_events.service import Letter, RequestRefused, decide_request, enter_request
from idp.life_events.working_days import due_at, is_working_day
from idp.people.model import PersonStatus
from tests.stores.mandate_samples import at, events_of, make_citizen
from tests.stores.samples import DAY, NOW, do, see


def letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {"authority": "Công an thành phố", "reference": "12/CV", "received_at": NOW}
    return Letter(**(values | changes))


async def outcome(database: Database[Any], fn: Any) -> Any:
    """What came of it: the value, or the words of the refusal."""
    done = await database.transact(fn)
    if isinstance(done, Done):
        return done.value
    assert isinstance(done.error, RequestRefused)
    return str(done.error)


async def entered(
    database: Database[Any], person_id: PersonId, wish: Wish = Wish.LOCK, *, by: str = "operator:an"
) -> LockRequest:
    found = await outcome(
        database,
        lambda tx: enter_request(tx, person_id, wish, letter(), holidays=(), actor=by, occasion=at()),
    )
    assert isinstance(found, LockRequest), found
    return found


async def decided(
    database: Database[Any],
    request: LockRequest,
    decision: Decision,
    *,
    by: str = "operator:binh",
    reason: str = "",
) -> Any:
    return await outcome(
        database,
        lambda tx: decide_request(tx, request.request_id, decision, reason, actor=by, occasion=at()),
    )


@pytest.fixture
async def person_id(database: Database[Any]) -> PersonId:
    person = make_citizen()
    await do(database, lambda tx: tx.people.add(person))
    return person.person_id


async def status_of(database: Database[Any], person_id: PersonId) -> PersonStatus:
    found: PersonStatus = await see(database, lambda tx: tx.people.get(person_id).status)
    return found


async def test_another_than_who_entered_it_decides_and_once(
    database: Database[Any], person_id: PersonId
) -> None:
    request = await entered(database, person_id)
    own = await decided(database, request, Decision.GRANTED, by="operator:an")
    assert "another must" in own
    assert await status_of(database, person_id) is PersonStatus.ACTIVE
    assert len(await see(database, lambda tx: events_of(tx, EventType.LOCK_REQUEST_REFUSED_HAND))) == 1
    done = await decided(database, request, Decision.GRANTED)
    assert (done.decided_by, done.decision) == ("operator:binh", Decision.GRANTED)
    assert await status_of(database, person_id) is PersonStatus.LOCKED
    assert "already" in await decided(database, request, Decision.REFUSED, reason="late")


async def test_a_refusal_needs_its_reason_and_changes_nothing(
    database: Database[Any], person_id: PersonId
) -> None:
    request = await entered(database, person_id)
    assert "reason" in await decided(database, request, Decision.REFUSED)
    refused = await decided(database, request, Decision.REFUSED, reason="không đủ căn cứ")
    assert refused.reason == "không đủ căn cứ"
    assert await status_of(database, person_id) is PersonStatus.ACTIVE


async def test_an_unlock_is_asked_and_decided_in_the_same_way(
    database: Database[Any], person_id: PersonId
) -> None:
    await decided(database, await entered(database, person_id), Decision.GRANTED)
    request = await entered(database, person_id, Wish.UNLOCK)
    await decided(database, request, Decision.GRANTED)
    assert await status_of(database, person_id) is PersonStatus.ACTIVE


async def test_what_nobody_decided_in_two_working_days_is_overdue(
    database: Database[Any], person_id: PersonId
) -> None:
    request = await entered(database, person_id)  # received on a Monday
    assert request.due_at == end_of(date(2026, 3, 4))
    for moment, overdue in ((request.due_at - DAY, 0), (request.due_at, 1)):
        assert await see(database, lambda tx, at=moment: tx.lock_requests.overdue(at)) == overdue
    await decided(database, request, Decision.REFUSED, reason="x")
    assert await see(database, lambda tx: tx.lock_requests.overdue(request.due_at)) == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"authority": " "}, "names"),
        ({"reference": ""}, "names"),
        ({"received_at": NOW + DAY}, "after today"),
    ],
)
async def test_a_letter_that_says_too_little_is_not_taken(
    database: Database[Any], person_id: PersonId, wrong: dict[str, Any], says: str
) -> None:
    written = letter(**wrong)
    found = await outcome(
        database,
        lambda tx: enter_request(
            tx, person_id, Wish.LOCK, written, holidays=(), actor="operator:an", occasion=at()
        ),
    )
    assert says in found


@pytest.mark.parametrize(
    ("received", "holidays", "last"),
    [
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), (), date(2026, 3, 4)),  # Monday
        (datetime(2026, 3, 5, 1, 0, tzinfo=UTC), (), date(2026, 3, 9)),  # Thursday
        (datetime(2026, 3, 6, 18, 0, tzinfo=UTC), (), date(2026, 3, 10)),  # Saturday in Việt Nam
        (datetime(2026, 4, 29, 1, 0, tzinfo=UTC), (), date(2026, 5, 5)),  # 30 April, 1 May, a week-end
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), (date(2026, 3, 3),), date(2026, 3, 5)),
    ],
)
def test_the_clock_runs_on_working_days(received: datetime, holidays: tuple[date, ...], last: date) -> None:
    assert due_at(received, holidays) == end_of(last)
    assert is_working_day(last, holidays)
