"""The 114 communes of the city, and what became of the 375 that were there before 2025-07-01 (DOMAIN 1.7). Pure.

The facts are those of the table that the National Statistics Office published with the merger. A fifth of the old
communes were split: who lived there may live in any of several now, and then none is guessed. A commune is known by its
code, never by its name: Cẩm Giang (10888) and Cẩm Giàng (10903) are two.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

MERGED_ON = date(2025, 7, 1)
"""First day of the new communes, a Vietnam day: a code written before it is that of an old one."""
PROVINCE_CODE = "31"
PROVINCE = "Thành phố Hải Phòng"

_HERE = Path(__file__).parent
_KINDS = {"P": "Phường", "X": "Xã", "Đ": "Đặc khu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """A commune of today."""

    code: str
    kind: str
    """P (phường), X (xã) or Đ (đặc khu)."""
    name: str
    former_province: str
    """PPP of those born there before the merger: 030 Hải Dương, 031 Hải Phòng."""

    @property
    def full_name(self) -> str:
        """Return the name with its kind."""
        return f"{_KINDS[self.kind]} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCommune:
    """A commune of before the merger."""

    code: str
    name: str
    """With its kind."""
    district: str
    province: str
    now: tuple[str, ...]
    """Codes of the communes it became, in order; more than one where it was split."""


@cache
def communes() -> Mapping[str, Commune]:
    """Return the communes of today by code."""
    with (_HERE / "communes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Commune(**row) for row in csv.DictReader(file)}


@cache
def old_communes() -> tuple[OldCommune, ...]:
    """Return the communes of before, in order of their codes."""
    with (_HERE / "old_communes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            OldCommune(
                code=row["code"],
                name=row["name"],
                district=row["district"],
                province=row["province"],
                now=tuple(row["now"].split()),
            )
            for row in csv.DictReader(file)
        )


def find_by_code(code: str, *, written_on: date | None) -> tuple[str, ...]:
    """Return the communes of today that a code means: one, several of a split commune, or none of ours.

    Most codes of before the merger stand for another place now, so the day decides; a code without a day is one of today
    if there is one.
    """
    if code in communes() and (written_on is None or written_on >= MERGED_ON):
        return (code,)
    return _by_old_code().get(code, ())


@cache
def _by_old_code() -> Mapping[str, tuple[str, ...]]:
    return {old.code: old.now for old in old_communes()}
