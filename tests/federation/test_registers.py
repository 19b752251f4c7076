"""What the registers answer, taken apart: strict as a whole, and nothing passed over – federation/registers.py."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.registers import (
    MALFORMED,
    RegistersFailed,
    assertion_claims,
    read_events,
    read_metadata,
    read_person,
    read_token,
    token_form,
)

ISSUER = "https://national.example"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "id": "7f1c",
    "type": "person.died",
    "entered_at": "2026-03-02T08:00:00+07:00",
    "subject": {"personal_id": "031184000001"},
    "facts": {"died_on": "2026-03-01"},
}


def test_an_event_is_read_with_its_moment_in_utc() -> None:
    page = read_events({"events": [EVENT], "next": "c1"})
    (event,) = page.events
    assert (event.event_id, event.type, event.personal_id) == ("7f1c", "person.died", "031184000001")
    assert event.entered_at == NOW
    assert page.next == "c1"
    assert "031184000001" not in repr(event)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": 3},
        {"type": "person.died" * 100},
        {"entered_at": None},
        {"entered_at": "yesterday"},
        {"entered_at": "2026-03-02T08:00:00"},
        {"entered_at": "0001-01-01T00:00:00+14:00"},
        {"entered_at": "9999-12-31T23:59:59-14:00"},
        {"subject": {"personal_id": "1", "tax_code": "2"}},
        {"subject": {"personal_id": "0" * 1000}},
        {"subject": {}},
        {"subject": None},
        {"facts": []},
    ],
)
def test_what_has_an_id_and_is_otherwise_no_event_is_not_passed_over(wrong: dict[str, Any]) -> None:
    (event,) = read_events({"events": [EVENT | wrong], "next": "c1"}).events
    assert (event.event_id, event.type) == ("7f1c", MALFORMED)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"events": [EVENT]},
        {"events": EVENT, "next": ""},
        {"events": [EVENT | {"id": ""}], "next": ""},
        {"events": [EVENT | {"id": 7}], "next": ""},
        {"events": ["x"], "next": ""},
        {"events": [EVENT] * 201, "next": ""},
        {"events": [], "next": "x" * 513},
    ],
)
def test_a_page_that_is_none_is_refused_as_a_whole(answer: dict[str, Any]) -> None:
    with pytest.raises(RegistersFailed):
        read_events(answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://other.example"},
        {"vn_registers_endpoint": None},
        {"vn_registers_endpoint": "https://other.example/registers"},
        {"token_endpoint": "https://national.example.evil.example/token"},
    ],
)
def test_registers_are_at_the_issuers_own_origin(wrong: dict[str, Any]) -> None:
    document = {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/token",
        "vn_registers_endpoint": f"{ISSUER}/registers/",
    }
    assert read_metadata(document, issuer=ISSUER).registers_endpoint == f"{ISSUER}/registers"
    with pytest.raises(RegistersFailed):
        read_metadata(document | wrong, issuer=ISSUER)


def test_a_token_is_used_until_shortly_before_its_end() -> None:
    token = read_token({"access_token": "abc", "token_type": "Bearer", "expires_in": 300}, now=NOW)
    assert token.good_until == NOW + timedelta(seconds=270)
    assert "abc" not in repr(token)


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_token": "a b"},
        {"access_token": None},
        {"token_type": "DPoP"},
        {"token_type": 7},
        {"expires_in": 0},
        {"expires_in": True},
        {"expires_in": "300"},
    ],
)
def test_a_token_answer_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    answer = {"access_token": "abc", "token_type": "Bearer", "expires_in": 300}
    with pytest.raises(RegistersFailed):
        read_token(answer | wrong, now=NOW)


def test_we_prove_ourselves_to_the_issuer_alone_for_a_minute_and_ask_for_one_scope() -> None:
    claims = assertion_claims(client_id="city", issuer=ISSUER, jti="j", now=NOW)
    assert (claims["iss"], claims["sub"], claims["aud"], claims["jti"]) == ("city", "city", ISSUER, "j")
    assert claims["exp"] == int(NOW.timestamp()) + 60
    form = token_form(client_id="city", assertion="signed")
    assert (form["grant_type"], form["scope"]) == ("client_credentials", "registers")
    assert "client_secret" not in form


PERSON: dict[str, Any] = {"personal_id": "031184000001", "former_ids": ["031284001"], "status": "living"}


def test_a_person_is_known_by_the_number_of_now_and_by_those_of_before() -> None:
    for asked in ("031184000001", "031284001"):
        assert read_person(PERSON, asked=asked) == PERSON


@pytest.mark.parametrize(
    "wrong",
    [
        {"personal_id": "031184000009"},
        {"personal_id": None},
        {"personal_id": "031184000009", "former_ids": "031184000001"},
        {"status": "well"},
        {"status": None},
    ],
)
def test_an_answer_about_another_or_of_no_known_standing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(RegistersFailed):
        read_person(PERSON | wrong, asked="031184000001")
