"""The fault panel and the entry of events, by forms in a browser on this machine."""

import re
from html import escape
from pathlib import Path

import httpx
import pytest

from federation.national_mock.event_fields import FIELDS, event_of
from federation.national_mock.fault_list import FAULTS
from federation.national_mock.registers.events import TYPES, read_event
from federation.national_mock.words import say
from tests.federation.national_driver import HOA, HUONG, ISSUER, National, System, make_national

COMPANY, NEW = "0201234569", "031190000099"
_OURS = {"Origin": ISSUER}
TYPED: dict[str, dict[str, str]] = {
    "person.died": {"died_on": "2026-11-20"},
    "person.death_revoked": {},
    "person.corrected": {"given_name": "Hường", "gender": ""},
    "person.number_changed": {"new": NEW, "cause": "data-corrected"},
    "person.card": {"status": "lost", "expires_on": ""},
    "person.residence": {"until": "", "ward_code": "11383", "detail": " số 16 "},
    "person.locked": {"reference": "QĐ 12/2026"},
    "person.unlocked": {"reference": "QĐ 13/2026"},
    "person.level": {"account_level": "1"},
    "relation.changed": {"relations": f"spouse {HOA}\r\n\r\nparent 031040000055 contested"},
    "organisation.status": {"status": "suspended"},
    "organisation.representatives": {"representatives": f"{HUONG} 2026-11-01\n{HOA}"},
}


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path, show_personas=True)


async def _order(national: National, **fields: str) -> httpx.Response:
    return await national.browser().http.post("/faults", data=fields, headers=_OURS)


async def _enter(national: National, kind: str, subject: str, facts: dict[str, str]) -> httpx.Response:
    typed = {f"fact_{name}": value for name, value in facts.items()}
    data = {"type": kind, "subject": subject, **typed}
    return await national.browser().http.post("/faults/events", data=data, headers=_OURS)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_fault_is_described_in_both_languages(national: National, language: str) -> None:
    page = await national.browser().open(f"/faults?lang={language}")
    assert page.status_code == 200
    for mode in FAULTS:
        assert f'id="mode-{mode}"' in page.text
    outcomes = {fault.outcome for fault in FAULTS.values()}
    told = {outcome for outcome in outcomes if escape(say(language, f"see.{outcome}")) in page.text}
    assert told == outcomes


async def test_a_fault_is_ordered_shown_on_every_page_and_ended(national: National) -> None:
    assert (await _order(national, mode="lower_acr")).status_code == 303
    assert national.service.faults.mode == "lower_acr"
    browser = national.browser()
    for page in (await browser.open("/faults"), await browser.start(), await browser.open("/nothing-here")):
        assert re.search(r'id="fault-banner".*Hạ mức xác thực', page.text)
    assert (await _order(national, action="end")).status_code == 303
    assert national.service.faults.mode == "none"
    assert "fault-banner" not in (await browser.open("/faults")).text


async def test_a_fault_with_its_number_and_its_end(national: National) -> None:
    assert (await _order(national, mode="clock_off", amount=" −90 ", seconds="60")).status_code == 303
    faults = national.service.faults
    assert (faults.mode, faults.amount) == ("clock_off", -90)
    assert "đến 05:14:20" in (await national.browser().open("/faults")).text, "the time of Việt Nam"
    national.clock.now += 60
    assert faults.mode == "none"


async def test_the_number_is_for_faults_that_have_one(national: National) -> None:
    assert (await _order(national, mode="http500", amount="5")).status_code == 303
    assert (national.service.faults.mode, national.service.faults.amount) == ("http500", 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"seconds": "5"},
        {"mode": "none"},
        {"mode": "earthquake"},
        {"mode": "down", "seconds": "soon"},
        {"mode": "down", "seconds": "-1"},
        {"mode": "down", "seconds": "nan"},
        {"mode": "slow", "amount": "1e9"},
        {"mode": "slow", "amount": "0"},
    ],
)
async def test_an_order_that_is_none_says_so_and_changes_nothing(
    national: National, fields: dict[str, str]
) -> None:
    page = await _order(national, **fields)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert "Lỗi: " in page.text.split("</title>")[0]
    assert national.service.faults.mode == "none"


@pytest.mark.parametrize("path", ["/faults", "/faults/events"])
async def test_the_panel_is_for_browsers_on_this_machine_and_its_own_forms(
    national: National, path: str
) -> None:
    far = national.browser("192.0.2.7").http
    assert (await far.get(path)).status_code == 403
    assert (await far.post(path, data={"mode": "down"}, headers=_OURS)).status_code == 403
    for origin in ({}, {"Origin": "null"}, {"Origin": "https://attacker.example"}):
        response = await national.browser().http.post(path, data={"mode": "down"}, headers=origin)
        assert response.status_code == 403
    assert national.service.faults.mode == "none"
    assert "to-panel" not in (await national.browser("192.0.2.7").open("/")).text


@pytest.mark.parametrize("path", ["/faults", "/faults/events"])
async def test_without_the_setting_there_is_no_panel(tmp_path: Path, path: str) -> None:
    browser = make_national(tmp_path, faults=False).browser()
    assert (await browser.open(path)).status_code == 404
    assert "to-panel" not in (await browser.open("/")).text


async def test_the_panel_answers_while_all_else_is_down(national: National) -> None:
    await _order(national, mode="http500")
    http = national.browser().http
    for path in ("/faults", "/faults/events", "/static/national.css", "/health"):
        assert (await http.get(path)).status_code == 200
    assert (await http.get("/faultsandmore")).status_code == 500
    assert (await _order(national, action="end")).status_code == 303


@pytest.mark.parametrize("kind", TYPES)
async def test_every_type_of_event_is_entered_by_its_form(national: National, kind: str) -> None:
    form = await national.browser().open(f"/faults/events?type={kind}")
    for field in FIELDS[kind]:
        assert f'name="fact_{field.name}"' in form.text
    subject = COMPANY if kind.startswith("organisation.") else HUONG
    entered = await _enter(national, kind, subject, TYPED[kind])
    assert entered.status_code == 303, entered.text
    confirmed = await national.browser().open(entered.headers["location"])
    assert 'id="entered"' in confirmed.text
    (event,) = (await System(national).get("/events")).json()["events"]
    assert event["type"] == kind


def test_what_is_typed_becomes_the_facts_that_were_meant() -> None:
    typed = {f"fact_{name}": value for name, value in TYPED["relation.changed"].items()} | {"subject": HUONG}
    event = event_of("relation.changed", typed)
    assert event["facts"] == {
        "relations": [
            {"kind": "spouse", "personal_id": HOA},
            {"kind": "parent", "personal_id": "031040000055", "contested": True},
        ]
    }
    residence = {"fact_until": "", "fact_ward_code": "", "subject": HUONG}
    assert event_of("person.residence", residence)["facts"] == {"until": None}


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("relation.changed", {"relations": f"spouse {HOA} maybe"}),
        ("relation.changed", {"relations": "spouse"}),
        ("organisation.representatives", {"representatives": f"{HUONG} 2026-11-01 more"}),
        ("person.level", {"account_level": "9"}),
        ("person.corrected", {}),
        ("person.died", {"died_on": ""}),
    ],
)
async def test_what_is_no_event_stays_typed_and_changes_nothing(
    national: National, kind: str, facts: dict[str, str]
) -> None:
    subject = COMPANY if kind.startswith("organisation.") else HUONG
    page = await _enter(national, kind, subject, facts)
    assert page.status_code == 400
    assert f'value="{subject}"' in page.text
    assert (await System(national).get("/events")).json()["events"] == []


@pytest.mark.parametrize(
    ("kind", "subject", "facts", "sentence"),
    [
        ("person.died", "031099999999", {"died_on": "2026-11-20"}, "không có số này"),
        ("person.number_changed", HUONG, {"new": HOA, "cause": "given-twice"}, "đã có người mang"),
        ("relation.changed", HUONG, {"relations": f"spouse {HUONG}"}, "chính mình"),
        ("person.vanished", HUONG, {}, "Thiếu hoặc sai"),
    ],
)
async def test_what_the_registers_cannot_take_is_said(
    national: National, kind: str, subject: str, facts: dict[str, str], sentence: str
) -> None:
    assert sentence in (await _enter(national, kind, subject, facts)).text


def test_every_type_has_a_form_whose_result_can_be_an_event() -> None:
    assert tuple(FIELDS) == TYPES
    for kind, facts in TYPED.items():
        typed = {f"fact_{name}": value for name, value in facts.items()}
        subject = COMPANY if kind.startswith("organisation.") else HUONG
        assert read_event(event_of(kind, typed | {"subject": subject})).type == kind


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "vi"),
        ("en-GB,en;q=0.9", "en"),
        ("fr, en;q=0.4, vi;q=0.7", "vi"),
        ("vi;q=0, en;q=0.1", "en"),
        ("en;q=nan, de", "vi"),
        ("en;q=2", "vi"),
    ],
)
async def test_the_panel_speaks_what_the_browser_accepts_until_another_is_chosen(
    national: National, accepted: str, language: str
) -> None:  # RFC 9110 §12.5.4
    http = national.browser().http
    headers = {"Accept-Language": accepted} if accepted else {}
    assert f'<html lang="{language}">' in (await http.get("/faults", headers=headers)).text
    other = "en" if language == "vi" else "vi"
    assert f'<html lang="{other}">' in (await http.get(f"/faults?lang={other}", headers=headers)).text
    assert f'<html lang="{other}">' in (await http.get("/faults", headers=headers)).text, "the choice is kept"
