"""`hpid requests`: what people ask on their page, as those see it and answer it who work the queue (DOMAIN §1.8)."""

from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.data_rights.model import DataRequest, Right
from idp.database import Done
from idp.ids import PersonId
from idp.merges.model import Cause
from idp.merges.service import Wanted, confirm, propose
from idp.people.model import Person
from idp.ui.formatting import reference
from tests.cli.conftest import Office
from tests.driver import Browser
from tests.server import ServedWorld

pytestmark = pytest.mark.network

HERE = "/account/data"
WORDS = "Đã chuyển đến cơ quan quản lý dịch vụ."


async def asks(browser: Browser, right: str, **fields: str) -> str:
    """Send a request on the account's page; return its id."""
    before = (await browser.get(HERE)).ids
    page = await browser.get(f"{HERE}/request?r={right}")
    page = await browser.press(page, "submit", None, **fields)
    (new,) = [one for one in page.ids - before if one.startswith("request-")]
    return new.removeprefix("request-")


async def somebody(world: ServedWorld) -> tuple[Person, Browser]:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    return person, browser


async def row_of(office: Office, request_id: str, *options: str) -> dict[str, Any] | None:
    rows = (await office.installation.run("requests", "list", *options, "--json")).json
    return next((row for row in rows if row["request_id"] == request_id), None)


async def test_an_objection_stands_in_the_queue_with_its_clocks_until_it_is_done(
    office: Office, world: ServedWorld
) -> None:
    visitor = await world.visitor(office.rp)
    await world.tokens(office.rp, visitor)
    request = await asks(
        visitor.browser, "object", service=office.rp.client_id, what="Ngừng khảo sát.", why="<b>phiền</b>"
    )
    row = await row_of(office, request)
    assert row is not None
    told = {name: row[name] for name in ("person_id", "right", "service", "state", "overdue", "extended")}
    assert told == {
        "person_id": visitor.person.person_id,
        "right": "object",
        "service": office.rp.client_id,
        "state": "received",
        "overdue": False,
        "extended": False,
    }
    assert row["received"][:10] < row["answer_by"] < row["complete_by"]
    assert "phiền" not in str(row)
    number, hpid = reference(request.upper()), office.installation.run
    shown = (await hpid("requests", "show", number, "--json")).json
    assert (shown["what"], shown["why"]) == ("Ngừng khảo sát.", "<b>phiền</b>")
    answered = await hpid("requests", "answer", number, "--words", WORDS)
    assert answered.status == 0, answered.err
    again = await hpid("requests", "answer", request, "--words", WORDS)
    assert again.refusal == "the request is over, or this was done already"
    longer = ("requests", "extend", request, "--words", "Hồ sơ gốc ở cơ quan khác.", "--days")
    assert (await hpid(*longer, "16")).status != 0
    assert (await hpid(*longer, "15")).status == 0
    later = await row_of(office, request)
    assert later is not None
    assert (later["state"], later["extended"]) == ("answered", True)
    assert later["complete_by"] > row["complete_by"]
    assert (await hpid(*longer, "1")).refusal.startswith("the request is over, due already, or")
    done = await hpid("requests", "complete", request, "--words", "Đã ngừng từ hôm nay.")
    assert done.out == f"{request} is completed\n"
    assert await row_of(office, request) is None, "the queue holds what is open"
    kept = await row_of(office, request, "--person", visitor.person.person_id)
    assert kept is not None
    assert kept["state"] == "completed"
    page = await visitor.browser.get(HERE)
    for words in (WORDS, "Hồ sơ gốc ở cơ quan khác.", "Đã ngừng từ hôm nay."):
        assert words in page.response.text
    assert "&lt;b&gt;" not in page.response.text, "why it is asked is between them and the officials"
    history = (await visitor.browser.get("/account/history")).response.text
    assert "cán bộ" in history.casefold()
    events = await world.records(EventType.DATA_REQUEST_READ, EventType.DATA_REQUEST_COMPLETED)
    ours = [one for one in events if one.payload["request_id"] == request]
    assert [one.type.value for one in ours] == ["data-request:read", "data-request:completed"]
    assert all(one.actor.startswith("operator:") for one in ours)


async def test_a_refused_restriction_ends_and_the_words_are_read_by_the_person(
    office: Office, world: ServedWorld
) -> None:
    _, browser = await somebody(world)
    request = await asks(browser, "restrict")
    assert "restricted" in (await browser.get(HERE)).ids
    hpid = office.installation.run
    assert (await hpid("requests", "refuse", request, "--words", "  ")).status != 0
    assert "restricted" in (await browser.get(HERE)).ids
    refused = await hpid("requests", "refuse", request, "--words", "Theo Điều 19, có thể khiếu nại.")
    assert refused.out == f"{request} is refused\n"
    page = await browser.get(HERE)
    assert "restricted" not in page.ids
    assert "Theo Điều 19, có thể khiếu nại." in page.response.text


async def test_a_closing_is_refused_or_left_to_the_worker(office: Office, world: ServedWorld) -> None:
    person, browser = await somebody(world)
    page = await browser.get(f"{HERE}/close")
    page = await browser.press(page, "submit", sure="yes")
    assert "closing" in page.ids
    rows = (await office.installation.run("requests", "list", "--person", person.person_id, "--json")).json
    (row,) = rows
    assert (row["right"], row["state"]) == ("close the account", "received")
    assert row["closes"] is not None
    hpid, request = office.installation.run, row["request_id"]
    for step in (("complete",), ("extend", "--days", "3")):
        left = await hpid("requests", step[0], request, *step[1:], "--words", WORDS)
        assert left.refusal == "the account closes of itself; refuse the request if it must not"
    refused = await hpid("requests", "refuse", request, "--words", "Đang có vụ việc.")
    assert refused.status == 0, refused.err
    page = await browser.get(HERE)
    assert "closing" not in page.ids
    assert "Đang có vụ việc." in page.response.text


async def test_what_is_late_is_listed_and_nothing_is_done_with_what_is_not_there(
    office: Office, world: ServedWorld
) -> None:
    person, _ = await somebody(world)
    now, request = world.time(), "00000000000000aa"
    late = DataRequest(
        request_id=request,
        person_id=person.person_id,
        right=Right.VIEW,
        what="x",
        received_at=now - timedelta(days=9),
        answer_due_at=now - timedelta(days=6),
        complete_due_at=now + timedelta(days=1),
    )
    await world.write(lambda tx: Done(tx.data_requests.add(late)))
    row = await row_of(office, request, "--overdue")
    assert row is not None
    assert row["overdue"] is True
    hpid = office.installation.run
    assert (await hpid("requests", "answer", request, "--words", WORDS)).status == 0
    assert await row_of(office, request, "--overdue") is None, "it is answered, and not due yet"
    for step in ("show", "answer", "complete", "refuse"):
        words = () if step == "show" else ("--words", WORDS)
        assert (await hpid("requests", step, "ffffffffffffffff", *words)).refusal == "no such request"


async def test_what_was_asked_under_a_merged_record_is_found_by_either(
    office: Office, world: ServedWorld
) -> None:
    winner, _ = await somebody(world)
    loser, browser = await somebody(world)
    request = await asks(browser, "view", what="Ai đã xem hồ sơ?")
    await _merge(world, winner.person_id, loser.person_id)
    for record in (winner, loser):
        row = await row_of(office, request, "--person", record.person_id)
        assert row is not None
        assert row["person_id"] == loser.person_id
    done = await office.installation.run("requests", "complete", request, "--words", "Đã gửi danh sách.")
    assert done.status == 0, done.err
    after = world.browser()
    await world.signed_in(after, winner.person_id)
    assert "Đã gửi danh sách." in (await after.get(HERE)).response.text


async def _merge(world: ServedWorld, winner_id: PersonId, loser_id: PersonId) -> None:
    wanted = Wanted(
        winner_id=winner_id,
        loser_id=loser_id,
        cause=Cause.NUMBERED_TWICE,
        reason="one person",
        letter="1/CAHP",
    )
    waits = world.provider.settings.life.merge_proposal
    merge: Any = await world.write(
        lambda tx: propose(tx, wanted, waits=waits, actor="operator:lan", occasion=world.occasion)
    )
    await world.write(lambda tx: confirm(tx, merge.merge_id, actor="operator:binh", occasion=world.occasion))
