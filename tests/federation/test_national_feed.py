"""The event feed of the simulated national side: order, cursors, and what may be entered by whom."""

import json
from pathlib import Path

import pytest

from federation.national_mock.registers.cursor import UnknownCursor, read_cursor, write_cursor
from federation.national_mock.registers.events import TYPES
from tests.federation.national_driver import HOA, HUONG, National, System, make_national

_FEED = "0123456789abcdef"


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path)


@pytest.fixture
def system(national: National) -> System:
    return System(national)


async def test_an_empty_feed_gives_the_cursor_back(system: System) -> None:
    assert (await system.get("/events")).json() == {"events": [], "next": ""}


async def test_events_come_in_the_order_of_entry_as_they_were_said(system: System) -> None:
    first = await system.enter("person.died", HUONG, died_on="2026-11-20")
    system.national.clock.now += 1
    second = await system.enter("person.corrected", HOA, given_name="Hoà")
    events = (await system.get("/events?after=")).json()["events"]
    assert events == [
        {
            "id": first,
            "entered_at": "2023-11-14T22:13:20Z",
            "type": "person.died",
            "subject": {"personal_id": HUONG},
            "facts": {"died_on": "2026-11-20"},
        },
        {
            "id": second,
            "entered_at": "2023-11-14T22:13:21Z",
            "type": "person.corrected",
            "subject": {"personal_id": HOA},
            "facts": {"given_name": "Hoà"},
        },
    ]


async def test_a_cursor_goes_on_where_the_last_answer_ended_and_repeats_itself(system: System) -> None:
    entered = [await system.enter("person.level", HUONG, account_level=1 + at % 2) for at in range(5)]
    read: list[str] = []
    cursor = ""
    for _ in range(3):
        page = (await system.get(f"/events?after={cursor}&limit=2")).json()
        assert (await system.get(f"/events?after={cursor}&limit=2")).json() == page
        read += [event["id"] for event in page["events"]]
        cursor = page["next"]
    assert read == entered
    assert (await system.get(f"/events?after={cursor}")).json() == {"events": [], "next": cursor}
    last = await system.enter("person.level", HUONG, account_level=2)
    assert [event["id"] for event in (await system.get(f"/events?after={cursor}")).json()["events"]] == [last]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "99999999999999999999"])
async def test_a_limit_that_is_none_is_refused(system: System, limit: str) -> None:
    refused = await system.get(f"/events?limit={limit}")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_limit")


@pytest.mark.parametrize("cursor", ["x", "1", "%00", "é", "A" * 200, write_cursor("f" * 16, 3)])
async def test_a_cursor_that_is_not_of_this_feed_is_refused(system: System, cursor: str) -> None:
    refused = await system.get(f"/events?after={cursor}")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_cursor")


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert read_cursor(_FEED, write_cursor(_FEED, 17)) == 17
    assert read_cursor(_FEED, "") == 0
    for other in (write_cursor(_FEED, 17) + "=", write_cursor("0" * 16, 17), "MDEyMzQ1Njc4OWFiY2RlZjowMTc"):
        with pytest.raises(UnknownCursor):
            read_cursor(_FEED, other)


@pytest.mark.parametrize(
    "event",
    [
        [],
        {},
        {"type": "person.vanished", "subject": {"personal_id": HUONG}, "facts": {}},
        {"type": "person.died", "subject": {"personal_id": HUONG}, "facts": {}},
        {"type": "person.died", "subject": {"personal_id": HUONG}, "facts": {"died_on": "yesterday"}},
        {"type": "person.died", "subject": {"tax_code": "0201234569"}, "facts": {"died_on": "2026-11-20"}},
        {"type": "person.death_revoked", "subject": {"personal_id": HUONG}, "facts": {"x": 1}},
        {"type": "person.corrected", "subject": {"personal_id": HUONG}, "facts": {}},
        {"type": "person.corrected", "subject": {"personal_id": HUONG}, "facts": {"name": None}},
        {"type": "person.level", "subject": {"personal_id": HUONG}, "facts": {"account_level": 3}},
        {"type": "organisation.status", "subject": {"tax_code": "0201234569"}, "facts": {"status": "gone"}},
        {
            "type": "relation.changed",
            "subject": {"personal_id": HUONG},
            "facts": {"relations": [{"kind": "spouse", "personal_id": HUONG}]},
        },
    ],
)
async def test_what_is_no_event_is_refused_and_changes_nothing(system: System, event: object) -> None:
    refused = await system.national.browser().http.post("/__events", json=event)
    assert refused.status_code == 400
    assert (await system.get("/events")).json()["events"] == []


async def test_an_event_about_nobody_is_not_found(system: System) -> None:
    event = {
        "type": "person.died",
        "subject": {"personal_id": "031099999999"},
        "facts": {"died_on": "2026-11-20"},
    }
    refused = await system.national.browser().http.post("/__events", json=event)
    assert (refused.status_code, refused.json()) == (404, {"error": "not_found"})


async def test_events_are_entered_by_programs_on_this_machine_only(national: National) -> None:
    event = {"type": "person.died", "subject": {"personal_id": HUONG}, "facts": {"died_on": "2026-11-20"}}
    http = national.browser().http
    page = await http.post("/__events", json=event, headers={"Origin": "https://attacker.example"})
    form = await http.post("/__events", content=json.dumps(event), headers={"Content-Type": "text/plain"})
    far = await national.browser("192.0.2.7").http.post("/__events", json=event)
    assert [page.status_code, form.status_code, far.status_code] == [403, 403, 403]
    assert (await http.get("/__events")).status_code == 405
    assert (await System(national).person(HUONG))["status"] == "living"


async def test_without_the_setting_nothing_is_entered(tmp_path: Path) -> None:
    http = make_national(tmp_path, faults=False).browser().http
    assert (await http.post("/__events", json={})).status_code == 404


def test_every_type_is_named_once() -> None:
    assert len(set(TYPES)) == len(TYPES) == 12
