"""What a one-stop desk hands out on paper: the number of the case and a code of 80 random bits beside it. Pure.

The letters are those of recovery codes, without look-alikes. The case's number salts the code's digest, so that a code is
worth nothing beside another number.
"""

import re
import unicodedata

CASE_BYTES = 5
"""40 bits: a number nobody counts up to; it is no secret."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")
_CASE = re.compile(rf"[{_ALPHABET}]{{8}}")
_BETWEEN = re.compile(r"[\s‐-―-]+")
_LONGEST = 32


def write_case(random: bytes) -> str:
    """Return five random bytes as the number of a case: two groups of four."""
    if len(random) != CASE_BYTES:
        raise ValueError("the number of a case is five bytes")
    bits = int.from_bytes(random)
    letters = "".join(_ALPHABET[bits >> 5 * place & 31] for place in reversed(range(8)))
    return f"{letters[:4]}-{letters[4:]}"


def read_case(unverified_text: str) -> str | None:
    """Return the number of a case as it is stored, however it was typed; None: it can be none."""
    if len(unverified_text) > _LONGEST:
        return None
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", unverified_text)).upper().translate(_LOOK_ALIKES)
    return f"{text[:4]}-{text[4:]}" if _CASE.fullmatch(text) else None
