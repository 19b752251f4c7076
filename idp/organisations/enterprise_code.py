"""Enterprise codes, which are tax codes – ten digits with a check digit, of a dependent unit three more. Pure.

DOMAIN §1.6; the check digit is python-stdnum's business. `0312687878001`, `0312687878-001` and `0312 687 878 001` are
one code, whose normal form is the second.
"""

import re

from stdnum.exceptions import ValidationError
from stdnum.vn import mst

_UNIT_LETTERS = len("0312687878-001")
_WRITTEN = re.compile(r"[0-9][0-9 .-]{8,18}[0-9]")


class InvalidEnterpriseCode(ValueError):
    """No enterprise code; the text does not repeat it."""

    def __init__(self) -> None:
        super().__init__(
            "an enterprise code has ten digits of which the last checks the others, a unit's three more"
        )


def parse_enterprise_code(text: str) -> str:
    """Return the code in normal form, or raise InvalidEnterpriseCode."""
    if not _WRITTEN.fullmatch(text):
        raise InvalidEnterpriseCode
    try:
        return mst.format(mst.validate(text))
    except ValidationError:
        raise InvalidEnterpriseCode from None


def enterprise_of(code: str) -> str | None:
    """Return the enterprise that a unit's code (in normal form) belongs to, None if it is an enterprise's."""
    return code.partition("-")[0] if len(code) == _UNIT_LETTERS else None
