"""The facts of an event, checked: what a register may say, and nothing it may not. Pure.

No text of a refusal repeats a value.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from idp.life_events.model import CardStatus
from idp.name_fold import to_nfc
from idp.organisations.model import OrganisationStatus
from idp.people.model import NumberCause

_LONGEST = 200
_MOST = 40
_YEAR_OR_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?", re.ASCII)
_FIRST_BIRTH_YEAR = 1850
"""One before it is a slip of a register's hand, as is a day to come."""
_NUMBER = re.compile(r"[0-9A-Z]{12}", re.ASCII)
_WARD = re.compile(r"[0-9]{5}", re.ASCII)
_GENDERS = frozenset({"male", "female"})
_NO_TEXT = frozenset({"Cc", "Cs"})
NAMES = ("name", "family_name", "middle_name", "given_name")
Facts = Mapping[str, object]
Word = TypeVar("Word")


class MalformedFacts(ValueError):
    """Which member is not what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was put right; None: it was not."""

    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    """`name` for the whole, `family_name`, `middle_name`, `given_name` for parts: those that are said."""
    gender: str | None = None
    birthdate: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What another person is to the subject."""

    kind: str
    personal_id: str = field(repr=False)
    contested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """Who represents an organisation, and since when."""

    personal_id: str = field(repr=False)
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Residence:
    """Until when a foreigner may stay, empty for no end; and where, as far as it is said."""

    until: str
    ward_code: str
    detail: str = field(repr=False)
    as_written: str = field(repr=False)


def died_on(facts: Facts, *, today: date) -> str:
    """Return the day of death, empty where it is not said; never one to come."""
    day = _day(facts, "died_on")
    if day and date.fromisoformat(day) > today:
        raise MalformedFacts("died_on is to come")
    return day


def card(facts: Facts) -> tuple[CardStatus, str]:
    """Return a card's status and its last day."""
    return _word(CardStatus, facts, "status"), _day(facts, "expires_on")


def residence(facts: Facts) -> Residence:
    """Return until when and where; `until` must be said, if only as null."""
    if "until" not in facts:
        raise MalformedFacts("until is missing")
    ward = _text(facts, "ward_code")
    if ward and not _WARD.fullmatch(ward):
        raise MalformedFacts("ward_code is not five digits")
    return Residence(
        until=_day(facts, "until"),
        ward_code=ward,
        detail=_text(facts, "detail"),
        as_written=_text(facts, "as_written"),
    )


def level(facts: Facts) -> int:
    """Return an account level."""
    value = facts.get("account_level")
    if not isinstance(value, int) or isinstance(value, bool) or value not in {0, 1, 2}:
        raise MalformedFacts("account_level is not 0, 1 or 2")
    return value


def reference(facts: Facts) -> str:
    """Return the letter or case a lock refers to, empty where none is said."""
    return _text(facts, "reference")


def number_change(facts: Facts) -> tuple[str, NumberCause]:
    """Return the new number and why it was given."""
    return _number(facts, "new"), _word(NumberCause, facts, "cause")


def correction(facts: Facts, *, today: date) -> Correction:
    """Return what was put right; at least one thing must be."""
    gender = _text(facts, "gender") or None
    if gender is not None and gender not in _GENDERS:
        raise MalformedFacts("gender is not male or female")
    birthdate = _text(facts, "birthdate") or None
    if birthdate is not None:
        _check_birthdate(birthdate, today)
    names = {name: _text(facts, name) for name in NAMES if facts.get(name) is not None}
    if names.get("name") == "" or (names and not any(names.values())):
        raise MalformedFacts("name is empty")
    found = Correction(names=names, gender=gender, birthdate=birthdate)
    if found == Correction():
        raise MalformedFacts("nothing is corrected")
    return found


def relations(facts: Facts) -> tuple[Relation, ...]:
    """Return all relations of the subject."""
    return tuple(_relation(one) for one in _list(facts, "relations"))


def status(facts: Facts) -> OrganisationStatus:
    """Return an organisation's status."""
    return _word(OrganisationStatus, facts, "status")


def representatives(facts: Facts) -> tuple[Representative, ...]:
    """Return who represents an organisation."""
    return tuple(_representative(one) for one in _list(facts, "representatives"))


def _relation(value: Facts) -> Relation:
    contested = value.get("contested", False)
    if not isinstance(contested, bool):
        raise MalformedFacts("contested is not true or false")
    kind = _text(value, "kind")
    if kind not in {"parent", "spouse", "guardian", "child", "ward"}:
        raise MalformedFacts("kind is unknown")
    return Relation(kind=kind, personal_id=_number(value, "personal_id"), contested=contested)


def _representative(value: Facts) -> Representative:
    since = _day(value, "from")
    return Representative(
        personal_id=_number(value, "personal_id"), since=date.fromisoformat(since) if since else None
    )


def _check_birthdate(text: str, today: date) -> None:
    if not _YEAR_OR_DAY.fullmatch(text):
        raise MalformedFacts("birthdate is not YYYY-MM-DD or YYYY")
    try:
        born = date.fromisoformat(text if "-" in text else f"{text}-01-01")
    except ValueError:
        raise MalformedFacts("birthdate is no day") from None
    if born > today:
        raise MalformedFacts("birthdate is yet to come")
    if born.year < _FIRST_BIRTH_YEAR:
        raise MalformedFacts("birthdate is of no living memory")


def _list(facts: Facts, name: str) -> list[Facts]:
    value = facts.get(name)
    if not isinstance(value, list) or len(value) > _MOST or not all(isinstance(one, dict) for one in value):
        raise MalformedFacts(f"{name} is not a short list of objects")
    return value


def _number(facts: Facts, name: str) -> str:
    value = _text(facts, name)
    if not _NUMBER.fullmatch(value):
        raise MalformedFacts(f"{name} is not twelve characters")
    return value


def _word(kind: Callable[[str], Word], facts: Facts, name: str) -> Word:
    try:
        return kind(_text(facts, name))
    except ValueError:
        raise MalformedFacts(f"{name} is unknown") from None


def _day(facts: Facts, name: str) -> str:
    value = _text(facts, name)
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise MalformedFacts(f"{name} is no day") from None


def _text(facts: Facts, name: str) -> str:
    value = facts.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise MalformedFacts(f"{name} is not a short text")
    if any(unicodedata.category(one) in _NO_TEXT for one in value):
        raise MalformedFacts(f"{name} has control characters or half a surrogate pair")
    return " ".join(to_nfc(value).split())
