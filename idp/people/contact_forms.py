"""The forms of phone numbers and e-mail addresses, as far as a form can tell. Pure.

A phone number is E.164 or refused; no more is asked of it, since numbering plans change and people live abroad.
"""

import re

_E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")


def is_phone(number: str) -> bool:
    """Tell whether this is E.164: a plus and 8 to 15 digits."""
    return _E164.fullmatch(number) is not None


def is_email(address: str) -> bool:
    """Tell whether this may be an address: something, one @, something; only a message proves more."""
    return _EMAIL.fullmatch(address) is not None
