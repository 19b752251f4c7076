"""The rules of life events, by table – DOMAIN §1.2, §1.4, §3.3."""

from datetime import date

import pytest

from idp.days import start_of
from idp.life_events.ends import ENDS, Happening
from idp.life_events.facts import (
    Correction,
    MalformedFacts,
    card,
    correction,
    died_on,
    level,
    number_change,
    relations,
    representatives,
    residence,
    status,
)
from idp.life_events.model import CardStatus, Ground
from idp.life_events.rules import (
    birth_years,
    comes_of_age_on,
    implied_grounds,
    is_card_good,
    is_residence_over,
    status_of,
)
from idp.mandates.model import Source
from idp.mandates.rules import term_of_minority
from idp.people.model import PersonStatus
from tests.mandates.samples import make_mandate, person

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("grounds", "expected"),
    [
        (set(), PersonStatus.ACTIVE),
        ({Ground.NATIONAL}, PersonStatus.LOCKED),
        ({Ground.REQUEST, Ground.RESIDENCE}, PersonStatus.LOCKED),
        ({Ground.DEAD}, PersonStatus.DECEASED),
        ({Ground.DEAD, Ground.CITY}, PersonStatus.DECEASED),
    ],
)
def test_any_ground_locks_and_death_stands_above_all(grounds: set[Ground], expected: PersonStatus) -> None:
    assert status_of(grounds) is expected


@pytest.mark.parametrize(
    ("kept_as", "grounds", "expected"),
    [
        (PersonStatus.ACTIVE, set(), set()),
        (PersonStatus.LOCKED, set(), {Ground.CITY}),
        (PersonStatus.DECEASED, set(), {Ground.DEAD}),
        (PersonStatus.LOCKED, {Ground.NATIONAL}, {Ground.NATIONAL}),
    ],
)
def test_a_record_without_grounds_says_itself_why(
    kept_as: PersonStatus, grounds: set[Ground], expected: set[Ground]
) -> None:
    assert implied_grounds(kept_as, grounds) == expected


@pytest.mark.parametrize(
    ("kept", "expires_on", "expected"),
    [
        (None, "", True),
        (CardStatus.VALID, "", True),
        (CardStatus.VALID, "2026-03-02", True),
        (CardStatus.VALID, "2026-03-01", False),
        (CardStatus.EXPIRED, "2030-01-01", False),
        (CardStatus.REVOKED, "", False),
        (CardStatus.LOST, "2030-01-01", False),
    ],
)
def test_a_card_is_good_through_its_last_day(
    kept: CardStatus | None, expires_on: str, expected: bool
) -> None:
    assert is_card_good(kept, expires_on, today=TODAY) is expected


@pytest.mark.parametrize(
    ("until", "expected"), [("", False), ("2026-03-02", False), ("2026-03-01", True), ("2027-01-01", False)]
)
def test_a_residence_is_over_after_its_last_day(until: str, expected: bool) -> None:
    assert is_residence_over(until, today=TODAY) is expected


@pytest.mark.parametrize(
    ("birthdate", "age", "day"),
    [
        ("2012-03-02", 14, date(2026, 3, 2)),
        ("2012-02-29", 14, date(2026, 3, 1)),
        ("2012-02-29", 16, date(2028, 2, 29)),
        ("2008-12-31", 18, date(2026, 12, 31)),
        ("2010", 16, date(2027, 1, 1)),
        ("2010", 18, date(2029, 1, 1)),
    ],
)
def test_an_age_is_reached_on_the_birthday_and_of_a_year_alone_when_it_is_certain(
    birthdate: str, age: int, day: date
) -> None:
    assert comes_of_age_on(birthdate, age) == day
    assert int(birthdate[:4]) in birth_years(age, day.replace(day=1), day)


def test_the_years_looked_through_hold_everybody_who_may_come_of_age() -> None:
    assert birth_years(18, date(2026, 12, 31), date(2027, 1, 1)) == (2007, 2008, 2009)


@pytest.mark.parametrize(
    ("source", "valid_to", "before", "expected"),
    [
        (Source.PARENT, date(2030, 1, 1), date(2030, 1, 1), date(2028, 1, 1)),
        (Source.COURT, date(2030, 1, 1), date(2030, 1, 1), date(2028, 1, 1)),
        (Source.COURT, date(2027, 1, 1), date(2030, 1, 1), date(2027, 1, 1)),
        (Source.COURT, None, date(2020, 1, 1), None),
        (Source.COURT, None, date(2030, 1, 1), date(2028, 1, 1)),
        (Source.APPOINTED, date(2030, 1, 1), date(2030, 1, 1), date(2030, 1, 1)),
    ],
)
def test_a_corrected_birth_date_moves_what_is_about_age_alone(
    source: Source, valid_to: date | None, before: date, expected: date | None
) -> None:
    mandate = make_mandate(
        person("a"), source=source, valid_to=None if valid_to is None else start_of(valid_to)
    )
    found = term_of_minority(mandate, start_of(before), start_of(date(2028, 1, 1)), start_of(TODAY))
    assert found == (None if expected is None else start_of(expected))


def _correction(facts: dict[str, object]) -> Correction:
    return correction(facts, today=TODAY)


@pytest.mark.parametrize(
    ("read", "facts"),
    [
        (level, {}),
        (level, {"account_level": True}),
        (level, {"account_level": 3}),
        (level, {"account_level": "2"}),
        (card, {"status": "stolen"}),
        (card, {"status": "valid", "expires_on": "2026-02-30"}),
        (residence, {}),
        (residence, {"until": 5}),
        (residence, {"until": None, "ward_code": "1"}),
        (number_change, {"new": "12", "cause": "data-corrected"}),
        (number_change, {"new": "031190000001", "cause": "because"}),
        (_correction, {}),
        (_correction, {"name": " "}),
        (_correction, {"name": "a\x00b"}),
        (_correction, {"gender": "none"}),
        (_correction, {"birthdate": "1990-13-01"}),
        (_correction, {"birthdate": "0000"}),
        (_correction, {"birthdate": "9982"}),
        (_correction, {"birthdate": "9999-12-31"}),
        (_correction, {"birthdate": "2026-03-03"}),
        (_correction, {"birthdate": "2027"}),
        (_correction, {"birthdate": "0001-01-01"}),
        (_correction, {"name": "x" * 201}),
        (relations, {"relations": "none"}),
        (relations, {"relations": [{"kind": "friend", "personal_id": "031190000001"}]}),
        (relations, {"relations": [{"kind": "parent"}]}),
        (relations, {"relations": [{"kind": "parent", "personal_id": "031190000001", "contested": 1}]}),
        (representatives, {"representatives": [3]}),
        (representatives, {"representatives": [{"personal_id": "031190000001", "from": "soon"}]}),
        (status, {"status": "bankrupt"}),
    ],
)
def test_facts_that_are_not_what_they_should_be_are_refused_and_not_repeated(
    read: object, facts: dict[str, object]
) -> None:
    assert callable(read)
    with pytest.raises(MalformedFacts) as refused:
        read(facts)
    assert all(str(value) not in str(refused.value) for value in facts.values() if len(str(value)) > 4)


@pytest.mark.parametrize("birthdate", ["2026-03-02", "2026", "1850"])
def test_who_was_born_today_or_in_this_year_was_born(birthdate: str) -> None:
    assert _correction({"birthdate": birthdate}).birthdate == birthdate


def test_nobody_died_tomorrow() -> None:
    with pytest.raises(MalformedFacts):
        died_on({"died_on": "2026-03-03"}, today=TODAY)
    assert died_on({"died_on": "2026-03-02"}, today=TODAY) == "2026-03-02"
    assert died_on({}, today=TODAY) == ""


def test_every_happening_has_its_row_and_only_an_end_for_good_ends_mandates_for_somebody() -> None:
    assert set(ENDS) == set(Happening)
    assert {one for one, ends in ENDS.items() if ends.mandates_for} == {
        Happening.DEATH,
        Happening.DISSOLUTION,
        Happening.CLOSING,
    }
    assert {one for one, ends in ENDS.items() if ends.sessions} == {
        Happening.DEATH,
        Happening.LOCK,
        Happening.CLOSING,
    }
