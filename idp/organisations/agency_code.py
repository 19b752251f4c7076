"""Agency codes in the one form in which two spellings meet – QĐ 20/2020/QĐ-TTg; QCVN 102:2016/BTTTT. Pure.

QĐ 20: groups of letters and digits with dots between, level 1 first (`H24.08`), 35 characters at most.
QCVN 102: four groups of fixed lengths in the reversed order, `V1V2V3.Z1Z2.Y1Y2.H24`, all zeros where a level is not
there (`000.00.08.H24`). Our reading of the latter: a group of zeros alone is dropped wherever it stands, every other
stays as it is written, its leading zeros too, because a group is a name and not a number: `000.00.08.H24` is `H24.08`
and not `H24.8`, `001.00.10.H24` is `H24.10.001`. Groups of level 4 have three characters and those of levels 2 and 3
two, so that no two codes of the old form become one of the new. What can be read either way is read as QĐ 20.
"""

import re
import unicodedata

MOST_CHARACTERS = 35
_NEW = re.compile(r"[A-Z][0-9]{2}(\.[A-Z0-9]+)*")
_OLD = re.compile(r"([A-Z0-9]{3})\.([A-Z0-9]{2})\.([A-Z0-9]{2})\.([A-Z][0-9]{2})")


class InvalidAgencyCode(ValueError):
    """No code of either form."""

    def __init__(self) -> None:
        super().__init__("an agency code is like H24.08, or 000.00.08.H24 in the older order")


def parse_agency_code(text: str) -> str:
    """Return the code in the form of QĐ 20, or raise InvalidAgencyCode."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if len(code) > MOST_CHARACTERS:
        raise InvalidAgencyCode
    if _NEW.fullmatch(code):
        return code
    old = _OLD.fullmatch(code)
    if old is None:
        raise InvalidAgencyCode
    return ".".join(group for group in reversed(old.groups()) if group.strip("0"))
