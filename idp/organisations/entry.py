"""What a register says of one organisation, checked: the line of a file, or what an operator typed. Pure.

No text of a refusal repeats a value; numbers of household businesses are people's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from idp.name_fold import to_nfc
from idp.organisations.enterprise_code import enterprise_of
from idp.organisations.identifiers import InvalidIdentifier, check_identifier, normal_identifier
from idp.organisations.model import OrganisationKind, OrganisationScheme, OrganisationStatus

MEMBERS = (
    *("kind", "scheme", "identifier", "name", "short_name", "foreign_name", "legal_form", "status"),
    *("founded", "address", "commune_code", "representatives"),
)
"""What a line may hold; whatever else it holds is none of ours."""
Word = TypeVar("Word", OrganisationKind, OrganisationScheme, OrganisationStatus)

_MOST_LETTERS = 400
_MOST_REPRESENTATIVES = 20
_COMMUNE = re.compile(r"[0-9]{5}")
_LEGAL_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PERSON = re.compile(r"[0-9A-Z]{12}")
_BETWEEN = re.compile(r"[\s;,]+")


class RefusedEntry(ValueError):
    """What is wrong with an entry, in words that repeat nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One organisation as its register has it."""

    kind: OrganisationKind
    scheme: OrganisationScheme
    identifier: str = field(repr=False)
    """In normal form."""
    name: str = field(repr=False)
    short_name: str = field(default="", repr=False)
    foreign_name: str = field(default="", repr=False)
    legal_form: str = ""
    status: OrganisationStatus = OrganisationStatus.ACTIVE
    founded: date | None = None
    address: str = field(default="", repr=False)
    commune_code: str = ""
    representatives: tuple[str, ...] | None = field(default=None, repr=False)
    """Personal ID numbers, or foreigners', of its legal representatives; None: nothing is said of them."""

    @property
    def parent_identifier(self) -> str | None:
        """Return the code of the enterprise that a dependent unit belongs to."""
        return enterprise_of(self.identifier) if self.kind is OrganisationKind.DEPENDENT_UNIT else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who says so, and as of when; of two that contradict each other the later counts."""

    source: str
    at: datetime


def parse_entry(members: Mapping[str, object]) -> RegisterEntry:
    """Return the entry, or raise RefusedEntry."""
    kind = _word(OrganisationKind, members, "kind")
    scheme = _word(OrganisationScheme, members, "scheme")
    try:
        identifier = normal_identifier(scheme, text_of(members, "identifier"))
        check_identifier(kind, scheme, identifier)
    except InvalidIdentifier as error:
        raise RefusedEntry(f"identifier: {error}") from None
    name = text_of(members, "name")
    if not name:
        raise RefusedEntry("name: is missing")
    return RegisterEntry(
        kind=kind,
        scheme=scheme,
        identifier=identifier,
        name=name,
        short_name=text_of(members, "short_name"),
        foreign_name=text_of(members, "foreign_name"),
        legal_form=_matching(members, "legal_form", _LEGAL_FORM, "small letters, digits and hyphens"),
        status=_word(OrganisationStatus, members, "status", default=OrganisationStatus.ACTIVE),
        founded=_founded(members),
        address=text_of(members, "address"),
        commune_code=commune_of(members, "commune_code"),
        representatives=_representatives(kind, identifier, members.get("representatives")),
    )


def text_of(members: Mapping[str, object], name: str) -> str:
    """Return a member as one line in NFC, empty if it is not there."""
    value = members.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RefusedEntry(f"{name}: is no text")
    text = to_nfc(value)
    if len(text) > _MOST_LETTERS:
        raise RefusedEntry(f"{name}: is longer than {_MOST_LETTERS} letters")
    if not text.isprintable():
        raise RefusedEntry(f"{name}: holds what is no letter")
    return text


def commune_of(members: Mapping[str, object], name: str) -> str:
    """Return a commune's code, empty if it is not there."""
    return _matching(members, name, _COMMUNE, "five digits")


def _matching(members: Mapping[str, object], name: str, form: re.Pattern[str], words: str) -> str:
    text = text_of(members, name)
    if text and not form.fullmatch(text):
        raise RefusedEntry(f"{name}: {words}")
    return text


def _word(words: type[Word], members: Mapping[str, object], name: str, default: Word | None = None) -> Word:
    text = text_of(members, name)
    if not text and default is not None:
        return default
    for word in words:
        if text in {word.value, word.value.replace("_", "-")}:
            return word
    raise RefusedEntry(f"{name}: one of {', '.join(words)}")


def _founded(members: Mapping[str, object]) -> date | None:
    text = text_of(members, "founded")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise RefusedEntry("founded: a day like 2011-05-03") from None


def _representatives(kind: OrganisationKind, identifier: str, said: object) -> tuple[str, ...] | None:
    """Return the numbers that are said; of a household business its owner's, whose number it has."""
    if kind is OrganisationKind.HOUSEHOLD_BUSINESS:
        return (identifier,)
    if said is None:
        return None
    if isinstance(said, str):
        said = [one for one in _BETWEEN.split(said) if one]
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise RefusedEntry("representatives: a list of numbers")
    if len(said) > _MOST_REPRESENTATIVES:
        raise RefusedEntry(f"representatives: at most {_MOST_REPRESENTATIVES}")
    if not all(_PERSON.fullmatch(one) for one in said):
        raise RefusedEntry("representatives: personal ID numbers have 12 digits, foreigners' 12 characters")
    return tuple(dict.fromkeys(said))
