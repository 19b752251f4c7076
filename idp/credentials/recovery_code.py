"""Recovery codes: look-up secrets that a person keeps on paper – NIST SP 800-63B-4 §3.1.2, §4.2.1.1.

80 random bits each, in an alphabet without look-alikes. Stored is a salted digest under a key that is not in the
database, so that what is stolen from there can't be tried. Pure.
"""

import re
import unicodedata

SET_SIZE = 10
CODE_BYTES = 10
SALT_BYTES = 16
FEW_LEFT = 3
"""From here on a person is told to make new ones."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")
_CODE = re.compile(rf"[{_ALPHABET}]{{16}}")
_BETWEEN = re.compile(r"[\s‐-―-]+")
_LONGEST = 64


def write_code(random: bytes) -> str:
    """Return ten random bytes as a code: four groups of four, as they are printed."""
    if len(random) != CODE_BYTES:
        raise ValueError("a recovery code is ten bytes")
    bits = int.from_bytes(random)
    letters = "".join(_ALPHABET[bits >> 5 * place & 31] for place in reversed(range(16)))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def read_code(unverified_text: str) -> str | None:
    """Return a code as it is digested, however it was typed; None: it can be none."""
    if len(unverified_text) > _LONGEST:
        return None
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", unverified_text)).upper().translate(_LOOK_ALIKES)
    return text if _CODE.fullmatch(text) else None
