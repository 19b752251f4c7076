"""The 114 communes of the city since 2025-07-01, and a selection of the communes that were merged into them.

DOMAIN §1.7 and §5.3; codes are those of the National Statistics Office. The old names are a hand-picked few,
some of them split over several new communes. Never key by a name without its marks: Cẩm Giang and Cẩm Giàng
both exist.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_KINDS = {"P": "Phường", "X": "Xã", "Đ": "Đặc khu"}
_WEIGHTS = {"P": 1.4, "X": 0.9, "Đ": 0.6}
_BACH_LONG_VI = "11948"


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
    with (_HERE / "communes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Commune(**row) for row in csv.DictReader(file)}


@cache
def old_communes() -> tuple[OldCommune, ...]:
    with (_HERE / "old_communes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            OldCommune(
                name=row["name"],
                district=row["district"],
                province=row["province"],
                now=tuple(row["now"].split()),
            )
            for row in csv.DictReader(file)
        )
