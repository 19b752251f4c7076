"""The 114 communes of the city since 2025-07-01, and a selection of the communes that were merged into them.

DOMAIN §1.7 and §5.3. The facts are the provider's own, by its own reader, which is all that the city takes of it; of the
old communes a hand-picked few are lived in, some of them split over several new communes. Never key by a name without
its marks: Cẩm Giang and Cẩm Giàng both exist.
"""

from functools import cache

from idp.people import communes as facts
from idp.people.communes import Commune, OldCommune, communes

__all__ = ["Commune", "OldCommune", "communes", "old_communes", "weight_of"]

_WEIGHTS = {"P": 1.4, "X": 0.9, "Đ": 0.6}
_BACH_LONG_VI = "11948"
_LIVED_IN = (
    "10507",
    "10510",
    "10513",
    "10516",
    "10528",
    "10537",
    "10891",
    "10546",
    "10549",
    "10570",
    "10585",
    "10606",
    "10639",
    "10675",
    "10750",
    "10813",
    "10888",
    "10903",
    "10933",
    "10945",
    "10999",
    "11305",
    "11311",
    "11329",
    "11341",
    "11344",
    "11587",
    "11296",
    "11623",
    "11689",
    "11707",
    "11467",
)
"""Codes of the old communes that addresses are drawn in."""


def weight_of(commune: Commune) -> float:
    """How many live there, against the others."""
    return 0.02 if commune.code == _BACH_LONG_VI else _WEIGHTS[commune.kind]


@cache
def old_communes() -> tuple[OldCommune, ...]:
    known = {old.code: old for old in facts.old_communes()}
    return tuple(known[code] for code in _LIVED_IN)
