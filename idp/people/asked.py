"""What somebody who looks for people typed: which kind of thing it is, and the form it is compared in. Pure.

One text, one kind: numbers, phones and e-mail addresses are found whole or not at all, names by their beginning. What is
none of these is refused with the reason, and what was typed is not in it.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from idp.name_fold import fold
from idp.people.identifiers import is_well_formed, normal_form
from idp.people.model import IdentifierScheme

_PUNCTUATION = re.compile(r"[\s().-]")
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_NATIONAL_PHONE = re.compile(r"0[1-9][0-9]{8,9}", re.ASCII)
_FEWEST_LETTERS = 2
_LONGEST = 200
_BIRTH_YEARS = range(1850, 2200)
_COMMUNE = re.compile(r"[0-9]{5}", re.ASCII)


class Kind(StrEnum):
    """What a text is."""

    NUMBER = "number"
    """A personal ID number of now or earlier, a foreigner's, of an old identity card or of a passport."""
    PHONE = "phone"
    EMAIL = "email"
    USERNAME = "username"
    NAME = "name"
    """The beginning of a name, with or without accents."""


class SearchReason(StrEnum):
    """Why somebody looks for people; whoever reads the record asks first for this."""

    DESK = "desk"
    """The person is at a desk or on the phone and asked for help."""
    AUTHORITY = "authority"
    """Police or a court asked in writing."""
    RIGHTS = "rights"
    """The person asked for what is kept of them, or for it to be put right."""
    DUPLICATE = "duplicate"
    """Two records may be one person, or one record two."""
    INCIDENT = "incident"
    """Fraud, a leak or a fault is being looked into."""
    INSPECTION = "inspection"
    """An auditor or inspector checks how records are kept."""
    UPKEEP = "upkeep"
    """The system itself is being looked after."""


class NotSearchable(ValueError):
    """Nothing can be looked for by this; the text says why, and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One search."""

    kind: Kind
    schemes: tuple[IdentifierScheme, ...] = ()
    """Of a text that is found whole: what it may be."""
    value: str = field(repr=False)
    """In normal form; of a name, its fold."""
    birth_year: int | None = None
    commune_code: str = ""


def read_text(text: str, *, birth_year: int | None = None, commune_code: str = "") -> Asked:
    """Return what a text asks for, or raise NotSearchable."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or len(plain) > _LONGEST or not plain.isprintable():
        raise NotSearchable(f"type 1 to {_LONGEST} letters or digits")
    if not any(letter.isdigit() for letter in plain) and "@" not in plain:
        return _name(text, birth_year, commune_code)
    if birth_year is not None or commune_code:
        raise NotSearchable("birth year and commune narrow a name; this is none")
    if "@" in plain:
        return _whole(Kind.EMAIL, (IdentifierScheme.EMAIL,), plain, "this is no whole e-mail address")
    compact = _PUNCTUATION.sub("", plain).upper()
    if compact.startswith("+") or _NATIONAL_PHONE.fullmatch(compact):
        return _whole(Kind.PHONE, (IdentifierScheme.PHONE,), plain, "this is no whole phone number")
    return _whole(
        Kind.NUMBER, _schemes(compact), compact, "a number is found whole: 12 digits, 9, or a phone's"
    )


def read_username(text: str) -> Asked:
    """Return what a user name asks for: it may look like anything, so whoever has one says so."""
    return _whole(Kind.USERNAME, (IdentifierScheme.USERNAME,), text, "this is no user name")


def _schemes(compact: str) -> tuple[IdentifierScheme, ...]:
    """Return what a number may be by its length; what has letters in it is a foreigner's or a passport's."""
    found = [IdentifierScheme.PERSONAL_ID, IdentifierScheme.FOREIGNER_ID, IdentifierScheme.CMND9]
    if not _DIGITS.fullmatch(compact):
        found.append(IdentifierScheme.PASSPORT)
    return tuple(scheme for scheme in found if is_well_formed(scheme, compact))


def _whole(kind: Kind, schemes: tuple[IdentifierScheme, ...], text: str, refusal: str) -> Asked:
    value = normal_form(schemes[0], text) if schemes else ""
    if not schemes or not is_well_formed(schemes[0], value):
        raise NotSearchable(refusal)
    return Asked(kind=kind, schemes=schemes, value=value)


def _name(text: str, birth_year: int | None, commune_code: str) -> Asked:
    value = fold(text)
    if birth_year is not None and birth_year not in _BIRTH_YEARS:
        raise NotSearchable("a birth year has four digits")
    if commune_code and not _COMMUNE.fullmatch(commune_code):
        raise NotSearchable("a commune is named by its code of five digits: names are not unique")
    letters = sum(letter.isalpha() for letter in value)
    if letters < (1 if birth_year is not None or commune_code else _FEWEST_LETTERS):
        raise NotSearchable(f"too short: {_FEWEST_LETTERS} letters, or one with a birth year or a commune")
    return Asked(kind=Kind.NAME, value=value, birth_year=birth_year, commune_code=commune_code)
