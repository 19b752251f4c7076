"""A code as somebody typed or pasted it (PAGES 3.1.4). Pure."""

import re
import unicodedata

_BETWEEN = re.compile(r"[\s-]")


def read_digits(typed: str, digits: int) -> str | None:
    """Return the code without what is written between its digits; None if it is not so many of them."""
    code = _BETWEEN.sub("", typed)
    return code if len(code) == digits and code.isascii() and code.isdecimal() else None


def has_marks(typed: str) -> bool:
    """Tell whether letters with marks are in it: no code has any, a Vietnamese keyboard makes `Â` of `AA`, `Ư` of `W`."""
    return any(unicodedata.category(sign)[0] in "LM" and not sign.isascii() for sign in typed)
