"""The structure of a personal ID number: PPP C YY RRRRRR – Circular 07/2016 Art. 7, Decree 137/2015 Art. 13. Pure.

PPP is where the birth was registered (a province as of before 2025-07, or a country), never where somebody lives; C is
century and sex, YY the birth year. There is no check digit, and numbers in error exist: what disagrees is a warning for
a person to look at, and only what isn't twelve digits is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_TWELVE_DIGITS = re.compile(r"[0-9]{12}", re.ASCII)
_FIRST_COUNTRY = 100


class NumberWarning(StrEnum):
    """Where a number disagrees with what is known; never a reason to refuse it."""

    UNKNOWN_PLACE = "unknown-place"
    """No province has this code, and it is below those of countries."""
    OTHER_SEX = "other-sex"
    """The digit of century and sex says another sex than declared."""
    OTHER_YEAR = "other-year"
    """Century and year say another birth year than declared."""


class MalformedNumber(ValueError):
    """Not twelve digits; the value is not in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberParts:
    """What a number says by itself."""

    place: str = field(repr=False)
    """Code of the province or country of birth registration."""
    is_female: bool = field(repr=False)
    birth_year: int = field(repr=False)


PLACES: Mapping[str, str] = {
    "001": "Hà Nội",
    "002": "Hà Giang",
    "004": "Cao Bằng",
    "006": "Bắc Kạn",
    "008": "Tuyên Quang",
    "010": "Lào Cai",
    "011": "Điện Biên",
    "012": "Lai Châu",
    "014": "Sơn La",
    "015": "Yên Bái",
    "017": "Hòa Bình",
    "019": "Thái Nguyên",
    "020": "Lạng Sơn",
    "022": "Quảng Ninh",
    "024": "Bắc Giang",
    "025": "Phú Thọ",
    "026": "Vĩnh Phúc",
    "027": "Bắc Ninh",
    "030": "Hải Dương",
    "031": "Hải Phòng",
    "033": "Hưng Yên",
    "034": "Thái Bình",
    "035": "Hà Nam",
    "036": "Nam Định",
    "037": "Ninh Bình",
    "038": "Thanh Hóa",
    "040": "Nghệ An",
    "042": "Hà Tĩnh",
    "044": "Quảng Bình",
    "045": "Quảng Trị",
    "046": "Thừa Thiên Huế",
    "048": "Đà Nẵng",
    "049": "Quảng Nam",
    "051": "Quảng Ngãi",
    "052": "Bình Định",
    "054": "Phú Yên",
    "056": "Khánh Hòa",
    "058": "Ninh Thuận",
    "060": "Bình Thuận",
    "062": "Kon Tum",
    "064": "Gia Lai",
    "066": "Đắk Lắk",
    "067": "Đắk Nông",
    "068": "Lâm Đồng",
    "070": "Bình Phước",
    "072": "Tây Ninh",
    "074": "Bình Dương",
    "075": "Đồng Nai",
    "077": "Bà Rịa-Vũng Tàu",
    "079": "Thành phố Hồ Chí Minh",
    "080": "Long An",
    "082": "Tiền Giang",
    "083": "Bến Tre",
    "084": "Trà Vinh",
    "086": "Vĩnh Long",
    "087": "Đồng Tháp",
    "089": "An Giang",
    "091": "Kiên Giang",
    "092": "Cần Thơ",
    "093": "Hậu Giang",
    "094": "Sóc Trăng",
    "095": "Bạc Liêu",
    "096": "Cà Mau",
}
"""Provinces of birth registration as the numbers name them; a merger of provinces changes no number."""


def parse(number: str) -> NumberParts:
    """Return what a number says, or raise MalformedNumber."""
    if not _TWELVE_DIGITS.fullmatch(number):
        raise MalformedNumber("a personal ID number is twelve digits")
    century, is_female = divmod(int(number[3]), 2)
    return NumberParts(
        place=number[:3],
        is_female=bool(is_female),
        birth_year=1900 + 100 * century + int(number[4:6]),
    )


def warnings(number: str, *, gender: str, birth_year: int | None) -> tuple[NumberWarning, ...]:
    """Return where a number disagrees with what is declared, or raise MalformedNumber.

    `gender` is male, female or empty; what is not declared can't disagree.
    """
    parts = parse(number)
    found = []
    if int(parts.place) < _FIRST_COUNTRY and parts.place not in PLACES:
        found.append(NumberWarning.UNKNOWN_PLACE)
    if gender in {"male", "female"} and parts.is_female != (gender == "female"):
        found.append(NumberWarning.OTHER_SEX)
    if birth_year is not None and parts.birth_year != birth_year:
        found.append(NumberWarning.OTHER_YEAR)
    return tuple(found)
