"""How many of everything a city of N residents has.

DOMAIN §5.1: three columns are given (CI, load, full city); between them the counts run in straight lines,
below the first they shrink with the residents.
"""

from dataclasses import dataclass, fields
from itertools import pairwise

SMALLEST = 1_000
"""The personas and the names that must always be there need this many residents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    residents: int
    foreigners: int
    enterprises: int
    dependent_units: int
    household_businesses: int
    other_organisations: int
    accounting_firms: int
    agencies: int
    officials: int


_COLUMNS = (
    Sizes(
        residents=0,
        foreigners=0,
        enterprises=0,
        dependent_units=0,
        household_businesses=0,
        other_organisations=0,
        accounting_firms=0,
        agencies=0,
        officials=0,
    ),
    Sizes(
        residents=5_000,
        foreigners=40,
        enterprises=200,
        dependent_units=40,
        household_businesses=600,
        other_organisations=30,
        accounting_firms=4,
        agencies=40,
        officials=200,
    ),
    Sizes(
        residents=500_000,
        foreigners=2_000,
        enterprises=8_000,
        dependent_units=1_600,
        household_businesses=25_000,
        other_organisations=1_000,
        accounting_firms=20,
        agencies=1_400,
        officials=30_000,
    ),
    Sizes(
        residents=4_662_000,
        foreigners=15_000,
        enterprises=60_000,
        dependent_units=12_000,
        household_businesses=230_000,
        other_organisations=3_000,
        accounting_firms=150,
        agencies=1_400,
        officials=30_000,
    ),
)
_NAMED = {"demo": 5_000, "load": 500_000, "full": 4_662_000}


def sizes_of(size: str | int) -> Sizes:
    """Sizes for "demo", "load", "full", or a number of residents."""
    residents = int(_NAMED.get(str(size), size))
    if not SMALLEST <= residents <= _COLUMNS[-1].residents:
        raise ValueError(f"a demo city has {SMALLEST} to {_COLUMNS[-1].residents} residents, not {residents}")
    lower, upper = next((a, b) for a, b in pairwise(_COLUMNS) if residents <= b.residents)
    share = (residents - lower.residents) / (upper.residents - lower.residents)
    return Sizes(
        **{
            field.name: round(
                getattr(lower, field.name) + share * (getattr(upper, field.name) - getattr(lower, field.name))
            )
            for field in fields(Sizes)
        }
    )
