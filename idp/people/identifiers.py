"""What a person is found by: the identifiers in a profile, and the form in which two spellings meet. Pure.

One form per identifier, so that upper case, spaces and look-alike encodings neither find somebody else nor
open a second counter of failed attempts (SECURITY E10).
"""

import re
import unicodedata

from idp.people.contact_forms import is_email, is_phone
from idp.people.model import IdentifierScheme, PersonProfile

OF_ONE_PERSON = frozenset(IdentifierScheme) - {IdentifierScheme.PHONE, IdentifierScheme.EMAIL}
"""Schemes whose value belongs to one person for ever; families share phones and mailboxes."""
FOUND_WHEN_OLD = frozenset(
    {
        IdentifierScheme.PERSONAL_ID,
        IdentifierScheme.CMND9,
        IdentifierScheme.FOREIGNER_ID,
        IdentifierScheme.PASSPORT,
    }
)
"""Numbers that still find their person once replaced; an old phone number is somebody else's by now."""

_NATIONAL_PHONE = re.compile(r"0([1-9][0-9]{8,9})")
_PUNCTUATION = re.compile(r"[\s().-]")
_FORMS = {
    IdentifierScheme.PERSONAL_ID: re.compile(r"[0-9]{12}", re.ASCII),
    IdentifierScheme.CMND9: re.compile(r"[0-9]{9}", re.ASCII),
    IdentifierScheme.FOREIGNER_ID: re.compile(r"[0-9A-Z]{12}", re.ASCII),
    IdentifierScheme.PASSPORT: re.compile(r"[0-9A-Z]{5,20}", re.ASCII),
    IdentifierScheme.USERNAME: re.compile(r"\S{1,190}"),
}


class IdentifierTaken(Exception):
    """The identifier belongs to another person; the transaction must not go on."""

    def __init__(self, scheme: IdentifierScheme) -> None:
        super().__init__(f"this {scheme.value} belongs to another person")
        self.scheme = scheme


def normal_form(scheme: IdentifierScheme, value: str) -> str:
    """Return the form an identifier is compared in."""
    plain = _plain(value)
    match scheme:
        case IdentifierScheme.EMAIL | IdentifierScheme.USERNAME:
            return _plain(plain.casefold())
        case IdentifierScheme.PHONE:
            digits = _PUNCTUATION.sub("", plain)
            national = _NATIONAL_PHONE.fullmatch(digits)
            return f"+84{national[1]}" if national else _plain(digits)
        case (
            IdentifierScheme.PERSONAL_ID
            | IdentifierScheme.CMND9
            | IdentifierScheme.FOREIGNER_ID
            | IdentifierScheme.PASSPORT
        ):
            return _plain(_PUNCTUATION.sub("", plain).upper())


def is_well_formed(scheme: IdentifierScheme, value: str) -> bool:
    """Tell whether a value in normal form may be of this scheme at all."""
    match scheme:
        case IdentifierScheme.PHONE:
            return is_phone(value)
        case IdentifierScheme.EMAIL:
            return is_email(value)
        case _:
            return _FORMS[scheme].fullmatch(value) is not None


def profile_identifiers(profile: PersonProfile) -> dict[IdentifierScheme, str]:
    """Return the identifiers a profile holds, in normal form; a mail address that is merely said is none.

    Whoever says another's would share it with them, and what several share opens nothing (adr/0046). Telephone numbers
    come vouched for.
    """
    held = {
        IdentifierScheme.PERSONAL_ID: profile.personal_id,
        IdentifierScheme.FOREIGNER_ID: profile.foreigner_id,
        IdentifierScheme.PHONE: profile.phone,
        IdentifierScheme.EMAIL: profile.email if profile.email_verified else "",
    }
    return {scheme: normal_form(scheme, value) for scheme, value in held.items() if value}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
