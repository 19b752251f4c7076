"""Names that break careless software; every city has them, whatever its size (DOMAIN §5.2).

Some are given as a sloppy source would send them (decomposed, NFD); `name_of` turns them into what is stored.
"""

import unicodedata

from demo.city.model import Sex
from demo.city.names import Name, name_of

_SHORT_AND_LONG = (
    ("female", "Đỗ", "", "An"),
    ("female", "Nguyễn", "Phạm Hoàng Bảo", "Ngọc"),
    ("male", "Trần", "Lê Nguyễn Đức Minh", "Khang"),
    ("female", "Bùi", "Thị", "Ý"),
    ("male", "Trần", "", "Y"),
    ("male", "Y", "Moan", "Ênuôl"),
)
_EVERY_LETTER = (
    ("male", "Đặng", "Đình", "Đạt"),
    ("male", "Tăng", "Ân", "Sơn"),
    ("male", "Đắc", "Thắng", "Khẳng"),
    ("female", "Phạm", "Sẵn", "Hằng"),
    ("male", "Trần", "Cẩn", "Mẫn"),
    ("male", "Tấn", "Nhật", "Tư"),
    ("female", "Bế", "Hiển", "Huề"),
    ("female", "Nguyễn", "Việt", "Tuệ"),
    ("male", "Hồ", "Cống", "Bổng"),
    ("male", "Đỗ", "Lộc", "Công"),
    ("male", "Thới", "Đời", "Khởi"),
    ("female", "Lê", "Nỡ", "Hợp"),
    ("male", "Từ", "Cứ", "Cửu"),
    ("male", "Chữ", "Lự", "Hưng"),
)
_TWO_SPELLINGS = (
    ("female", "Lê", "Thị", "Hòa"),
    ("female", "Lê", "Thị", "Hoà"),
    ("female", "Phạm", "Thanh", "Thúy"),
    ("female", "Phạm", "Thanh", "Thuý"),
    ("female", "Lý", "Thu", "Thảo"),
    ("female", "Lí", "Thu", "Thảo"),
    ("male", "Vũ", "Văn", "Quý"),
    ("male", "Vũ", "Văn", "Quí"),
)
_OF_MINORITIES = (
    ("male", "Giàng", "A", "Páo"),
    ("female", "H'Hen", "", "Niê"),
    ("female", "Lò", "Thị", "Pâng"),
    ("male", "K'Sor", "", "Phước"),
)
_TYPED_DECOMPOSED = tuple(
    (sex, *(unicodedata.normalize("NFD", part) for part in parts))
    for sex, *parts in (("female", "Đoàn", "Thị Ngọc", "Ánh"), ("male", "Nguyễn", "Đức", "Thưởng"))
)
_RESERVED_WORDS = (("male", "Phạm", "", "Null"), ("female", "Trần", "Thị", "True"))

_TABLE = (
    *_SHORT_AND_LONG,
    *_EVERY_LETTER,
    *_TWO_SPELLINGS,
    *_OF_MINORITIES,
    *_TYPED_DECOMPOSED,
    *_RESERVED_WORDS,
)

EDGE_NAMES: dict[Sex, tuple[Name, ...]] = {
    "female": tuple(name_of(*parts) for sex, *parts in _TABLE if sex == "female"),
    "male": tuple(name_of(*parts) for sex, *parts in _TABLE if sex == "male"),
}

FOREIGN_EDGE_NAMES: tuple[tuple[str, Sex, Name], ...] = (
    ("USA", "female", name_of("Null", "", "Anna")),
    ("DEU", "male", name_of("Müller-Lüdenscheidt", "", "Jürgen")),
    ("KOR", "female", name_of("김", "", "민지")),
    ("AUS", "female", name_of("Nguyễn-Smith", "Mai", "Chloë")),
    ("IDN", "male", name_of("", "", "Sukarno")),
)
FOREIGN_NAMES: tuple[tuple[str, Sex, Name], ...] = (
    ("JPN", "male", name_of("Tanaka", "", "Hiroshi")),
    ("JPN", "female", name_of("Sato", "", "Yuki")),
    ("KOR", "male", name_of("Park", "Ji", "Hoon")),
    ("KOR", "female", name_of("Lee", "Soo", "Jin")),
    ("CHN", "male", name_of("Wang", "", "Wei")),
    ("CHN", "female", name_of("Li", "", "Na")),
    ("TWN", "male", name_of("Chen", "Chih", "Ming")),
    ("IND", "male", name_of("Sharma", "", "Rahul")),
    ("PHL", "female", name_of("Santos", "Reyes", "Maria")),
    ("FRA", "male", name_of("Lefèvre", "", "Étienne")),
    ("BEL", "male", name_of("D'Hondt", "", "Pieter")),
    ("LAO", "male", name_of("Vongsa", "", "Khamla")),
)
