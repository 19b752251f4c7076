"""An address as a source states it, placed in a commune of today, or in none where that would be a guess. Pure."""

from datetime import date

from idp.people.communes import PROVINCE, communes, find_by_code
from idp.people.model import Address


def place(
    *, code: str = "", detail: str = "", as_written: str = "", written_on: date | None = None
) -> Address:
    """Return the address; `written_on`, a Vietnam day, tells whether the code is one of before the communes merged.

    A code that is none of the city's is kept: people are registered elsewhere too.
    """
    found = find_by_code(code, written_on=written_on)
    ward_code = found[0] if len(found) == 1 else "" if found else code
    return Address(
        ward_code=ward_code,
        candidates=found if len(found) > 1 else (),
        detail=detail,
        formatted=_formatted(ward_code, detail) or as_written,
        as_written=as_written,
        valid_from="" if written_on is None else written_on.isoformat(),
    )


def _formatted(ward_code: str, detail: str) -> str:
    """Return one line for a letter, where the commune is one of ours."""
    commune = communes().get(ward_code)
    return (
        "" if commune is None else ", ".join(part for part in (detail, commune.full_name, PROVINCE) if part)
    )
