"""Addresses of the demo city, new style and old.

DOMAIN §5.3: house number, alley and street in wards (phường), hamlet or residential group elsewhere; 15 % are
still written with a commune and a district that no longer exist.
"""

from datetime import date
from itertools import accumulate
from random import Random

from demo.city.communes import communes, old_communes, weight_of
from demo.city.dates import AS_OF, NEW_COMMUNES, day_between
from demo.city.model import Address

_STREETS = (
    "Tô Hiệu",
    "Lạch Tray",
    "Trần Nguyên Hãn",
    "Cầu Đất",
    "Lê Lợi",
    "Điện Biên Phủ",
    "Trần Phú",
    "Lê Thánh Tông",
    "Văn Cao",
    "Nguyễn Bỉnh Khiêm",
    "Trường Chinh",
    "Nguyễn Lương Bằng",
    "Bạch Đằng",
    "Hùng Vương",
    "Phạm Văn Đồng",
    "Đà Nẵng",
    "Ngô Gia Tự",
    "Thanh Niên",
    "Quang Trung",
    "Trần Hưng Đạo",
    "Nguyễn Thị Duệ",
    "Ngô Quyền",
    "Hải Triều",
    "Mạc Đăng Dung",
)
_HAMLETS = (
    "thôn Đông",
    "thôn Đoài",
    "thôn Trung",
    "thôn Thượng",
    "thôn Hạ",
    "thôn An Lạc",
    "thôn Phú Lộc",
    "thôn Đồng Tâm",
    "thôn Vĩnh Phúc",
    "thôn 1",
    "thôn 2",
    "thôn 3",
    "thôn 7",
)
_CODES = tuple(communes())
_WEIGHTS = tuple(accumulate(weight_of(commune) for commune in communes().values()))


def draw_address(rng: Random) -> Address:
    if rng.random() < 0.15:
        return _draw_old_address(rng)
    ward_code = rng.choices(_CODES, cum_weights=_WEIGHTS)[0]
    moved_lately = rng.random() < 0.025
    since = day_between(rng, AS_OF.replace(year=AS_OF.year - 1), AS_OF) if moved_lately else NEW_COMMUNES
    return address_in(ward_code, _draw_detail(rng, ward_code), valid_from=since)


def address_in(ward_code: str, detail: str, *, valid_from: date = NEW_COMMUNES) -> Address:
    """A new-style address."""
    return Address(
        ward_code=ward_code,
        detail=detail,
        as_written=f"{_sentence(detail)}, {communes()[ward_code].full_name}, thành phố Hải Phòng",
        old=False,
        candidates=(ward_code,),
        valid_from=valid_from,
    )


def old_address_in(old_name: str, district: str, ward_code: str, detail: str, *, valid_from: date) -> Address:
    """An address in a commune that is gone; `ward_code` is what the person would answer if asked."""
    old = next(old for old in old_communes() if (old.name, old.district) == (old_name, district))
    if ward_code not in old.now:
        raise ValueError(f"{old_name} did not become {ward_code}")
    return Address(
        ward_code=ward_code,
        detail=detail,
        as_written=f"{_sentence(detail)}, {old.name}, {old.district}, {old.province}",
        old=True,
        candidates=old.now,
        valid_from=valid_from,
    )


def draw_former_home(rng: Random) -> Address:
    """Where somebody lived who moved since the communes are new."""
    ward_code = rng.choices(_CODES, cum_weights=_WEIGHTS)[0]
    return address_in(ward_code, _draw_detail(rng, ward_code))


def _draw_old_address(rng: Random) -> Address:
    old = rng.choice(old_communes())
    ward_code = rng.choice(old.now)
    since = day_between(rng, date(2005, 1, 1), date(2025, 6, 30))
    detail = _draw_detail(rng, ward_code)
    return old_address_in(old.name, old.district, ward_code, detail, valid_from=since)


def _draw_detail(rng: Random, ward_code: str) -> str:
    kind = communes()[ward_code].kind
    if kind == "X":
        return rng.choice(_HAMLETS)
    if kind == "Đ":
        return f"tổ dân phố số {rng.randint(1, 12)}"
    alley = f"ngõ {rng.randint(1, 320)}, " if rng.random() < 0.6 else ""
    return f"số {rng.randint(1, 400)}, {alley}đường {rng.choice(_STREETS)}"


def _sentence(detail: str) -> str:
    return detail[0].upper() + detail[1:]
