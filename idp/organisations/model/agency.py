"""An agency of the city in the tree that its code spells – QĐ 20/2020/QĐ-TTg. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AgencyKind(StrEnum):
    """Which level of the tree."""

    CITY = "city"
    DEPARTMENT = "department"
    """A department, board or office of the city."""
    COMMUNE = "commune"
    """The people's committee of a commune."""
    UNIT = "unit"
    """What belongs to one of the others: a school, a clinic, an office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency; its code is its name for ever, an agency that ended keeps its own."""

    code: str
    """In normal form (agency_code.py)."""
    name: str
    kind: AgencyKind
    ward_code: str = ""
    """The commune it stands in, empty if it serves the whole city."""
    source: str
    source_at: datetime
    """The moment as of which the source says so."""
    updated_at: datetime
    ended_at: datetime | None = None

    @property
    def parent_code(self) -> str | None:
        """Return the agency it belongs to."""
        return parent_of(self.code)


def parent_of(code: str) -> str | None:
    """Return the code one group shorter, None for one of level 1."""
    return code.rpartition(".")[0] or None


def is_within(code: str, root: str) -> bool:
    """Tell whether an agency is this one or somewhere below it; both codes in normal form."""
    return code == root or code.startswith(f"{root}.")
