"""The words names are made of: DOMAIN §5.2, weights for the city. The longer lists are in name_words.csv."""

import csv
from collections.abc import Iterator
from pathlib import Path

from demo.city.model import Sex

FAMILY_NAMES = (
    ("Nguyễn", 36.0),
    ("Phạm", 10.0),
    ("Trần", 9.0),
    ("Vũ", 8.0),
    ("Lê", 6.0),
    ("Hoàng", 5.0),
    ("Bùi", 4.0),
    ("Đỗ", 4.0),
    ("Đào", 2.5),
    ("Đặng", 2.0),
    ("Ngô", 2.0),
    ("Lương", 1.5),
    ("Đoàn", 1.5),
    ("Phan", 1.0),
    ("Dương", 1.0),
    ("Mai", 1.0),
    ("Trịnh", 0.8),
    ("Đinh", 0.8),
    ("Hà", 0.7),
    ("Phùng", 0.6),
    ("Tạ", 0.5),
    ("Khúc", 0.3),
    ("Mạc", 0.3),
)
RARE_FAMILY_NAMES_WEIGHT = 1.5

DOUBLE_MIDDLES: dict[Sex, tuple[str, ...]] = {
    "female": (
        "Thị Thu",
        "Thị Ngọc",
        "Thị Hồng",
        "Thị Thanh",
        "Ngọc Bảo",
        "Hoàng Bảo",
        "Lê Khánh",
        "Trần Minh",
    ),
    "male": ("Ngọc Bảo", "Văn Đức", "Hoàng Gia", "Vũ Minh", "Trần Quang", "Đức Anh", "Lê Hải", "Đình Xuân"),
}


def _rows(kind: str, sex: str) -> Iterator[tuple[str, ...]]:
    with (Path(__file__).parent / "name_words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["kind"], row["sex"]) == (kind, sex):
                yield tuple(row["words"].split())


(RARE_FAMILY_NAMES,) = _rows("family-rare", "")
MIDDLES: dict[Sex, tuple[str, ...]] = {
    "female": next(_rows("middle", "female")),
    "male": next(_rows("middle", "male")),
}
GIVEN_NAMES: dict[Sex, tuple[tuple[str, ...], ...]] = {
    "female": tuple(_rows("given", "female")),
    "male": tuple(_rows("given", "male")),
}
"""Three cohorts each: born to 1969, to 1994, later."""
