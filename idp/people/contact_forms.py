"""The forms of phone numbers and e-mail addresses, as far as a form can tell. Pure.

A phone number is E.164 or refused; whether it is a Vietnamese mobile number is a warning alone, since numbering plans
change and people live abroad.
"""

import re
from enum import StrEnum

_E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_VIETNAMESE = "+84"
_MOBILE = re.compile(r"\+84[35789][0-9]{8}", re.ASCII)
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")


class PhoneWarning(StrEnum):
    """What is odd about a number; never a reason to refuse it."""

    FOREIGN = "foreign"
    """Not a Vietnamese number."""
    NOT_MOBILE = "not-mobile"
    """Vietnamese, but not nine digits that begin with 3, 5, 7, 8 or 9: it gets no messages."""


def is_phone(number: str) -> bool:
    """Tell whether this is E.164: a plus and 8 to 15 digits."""
    return _E164.fullmatch(number) is not None


def phone_warning(number: str) -> PhoneWarning | None:
    """Return what is odd about a number in E.164."""
    if not number.startswith(_VIETNAMESE):
        return PhoneWarning.FOREIGN
    return None if _MOBILE.fullmatch(number) else PhoneWarning.NOT_MOBILE


def is_email(address: str) -> bool:
    """Tell whether this may be an address: something, one @, something; only a message proves more."""
    return _EMAIL.fullmatch(address) is not None
