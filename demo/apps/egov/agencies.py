"""The agencies whose files Egov shows, by code (QĐ 20/2020/QĐ-TTg), and what lies within which. Pure.

A code is compared group by group and never by a name: xã Cẩm Giang and xã Cẩm Giàng differ by one mark. Codes below H24
are invented, as in demo/city.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from demo.apps.common.acting import Acting

_FILE = Path(__file__).parent / "agencies.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency; `ward` is the commune it is of or stands in."""

    code: str
    name: str
    kind: str
    ward: str


@cache
def agencies() -> dict[str, Agency]:
    """Return all of them, by code."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Agency(**row) for row in csv.DictReader(file)}


def is_within(code: str, root: str) -> bool:
    """Tell whether an agency is another or lies below it."""
    return code == root or code.startswith(f"{root}.")


def seen_by(acting: Acting) -> list[Agency]:
    """Return the agencies whose files a post may see: its own and all below; of a commune's, that commune's alone."""
    within = [agency for agency in agencies().values() if is_within(agency.code, acting.agency)]
    return [agency for agency in within if not acting.commune or agency.ward == acting.commune]
