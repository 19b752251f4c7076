"""The 114 communes of the city since 2025-07-01, and a selection of the communes that were merged into them.

DOMAIN §1.7 and §5.3. The facts are the provider's tables, read as files; of the old communes a hand-picked few are lived
in, some of them split over several new communes. Never key by a name without its marks: Cẩm Giang and Cẩm Giàng both
exist.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FACTS = Path(__file__).parents[2] / "idp" / "people" / "communes"
_KINDS = {"P": "Phường", "X": "Xã", "Đ": "Đặc khu"}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    code: str
    kind: str
    """P (phường), X (xã) or Đ (đặc khu)."""
    name: str
    former_province: str
    """PPP of those born there before the merger: 030 Hải Dương, 031 Hải Phòng."""

    @property
    def full_name(self) -> str:
        return f"{_KINDS[self.kind]} {self.name}"

    @property
    def weight(self) -> float:
        return 0.02 if self.code == _BACH_LONG_VI else _WEIGHTS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCommune:
    name: str
    district: str
    province: str
    now: tuple[str, ...]
    """Codes of the communes it became; more than one where it was split."""


@cache
def communes() -> dict[str, Commune]:
    with (_FACTS / "communes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Commune(**row) for row in csv.DictReader(file)}


@cache
def old_communes() -> tuple[OldCommune, ...]:
    with (_FACTS / "old_communes.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    return tuple(
        OldCommune(
            name=rows[code]["name"],
            district=rows[code]["district"],
            province=rows[code]["province"],
            now=tuple(rows[code]["now"].split()),
        )
        for code in _LIVED_IN
    )
