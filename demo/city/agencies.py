"""The tree of agencies: city, departments and boards, communes, and units such as schools and clinics.

DOMAIN §1.6 and §5.4: codes have the form of QĐ 20/2020. H24 is the city; every code below it is invented and
marked `synthetic_code`, because the real ones are not published.
"""

from collections.abc import Collection, Iterator

from demo.city.communes import Commune, communes
from demo.city.model import Agency, AgencyKind

CITY_CODE = "H24"
DEPARTMENTS = (
    "Văn phòng Ủy ban nhân dân thành phố",
    "Sở Nội vụ",
    "Sở Tư pháp",
    "Sở Tài chính",
    "Sở Công Thương",
    "Sở Nông nghiệp và Môi trường",
    "Sở Xây dựng",
    "Sở Khoa học và Công nghệ",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Sở Giáo dục và Đào tạo",
    "Sở Y tế",
    "Thanh tra thành phố",
    "Ban Quản lý Khu kinh tế Hải Phòng",
    "Sở Ngoại vụ",
    "Sở Dân tộc và Tôn giáo",
)
_SCHOOLS, _HEALTH = "H24.10", "H24.11"
_FIRST_COMMUNE = 101


def commune_agency_code(ward_code: str) -> str:
    """The code of the people's committee of a commune."""
    return f"{CITY_CODE}.{_FIRST_COMMUNE + list(communes()).index(ward_code)}"


def build_agencies(count: int, *, needed_wards: Collection[str]) -> Iterator[Agency]:
    """`count` agencies: the city, all departments, communes as they fit, and units.

    Communes of the needed wards and the two special zones come first.
    """
    yield _agency(CITY_CODE, "Ủy ban nhân dân thành phố Hải Phòng", "city", parent=None)
    for number, name in enumerate(DEPARTMENTS, start=1):
        yield _agency(f"{CITY_CODE}.{number:02d}", name, "department", parent=CITY_CODE)
    needed = {*needed_wards, *(commune.code for commune in communes().values() if commune.kind == "Đ")}
    room = max(count - 1 - len(DEPARTMENTS), len(needed) + 2)
    units = max(2, room - len(communes()))
    for commune in _choose_communes(room - units, needed):
        name = f"Ủy ban nhân dân {commune.full_name[0].lower()}{commune.full_name[1:]}"
        yield _agency(commune_agency_code(commune.code), name, "commune", parent=CITY_CODE, ward=commune.code)
    for number in range(units):
        yield _unit(number)


def _choose_communes(count: int, needed: Collection[str]) -> list[Commune]:
    """The needed communes and an even spread of the others, in the order of their codes."""
    others = [commune for commune in communes().values() if commune.code not in needed]
    wanted = min(len(others), count - len(needed))
    spread = {others[place * len(others) // wanted].code for place in range(wanted)}
    return [commune for commune in communes().values() if commune.code in spread or commune.code in needed]


def _unit(number: int) -> Agency:
    """Every other unit is a school or a clinic, standing in one commune after the other."""
    parent = _SCHOOLS if number % 2 == 0 else _HEALTH
    commune = list(communes().values())[number // 2 % len(communes())]
    word = "Trường Trung học cơ sở" if parent == _SCHOOLS else "Trạm Y tế"
    round_trip = number // 2 // len(communes())
    name = f"{word} {commune.name}" + (f" {round_trip + 1}" if round_trip else "")
    return _agency(f"{parent}.{number // 2 + 1:03d}", name, "unit", parent=parent, ward=commune.code)


def _agency(code: str, name: str, kind: AgencyKind, *, parent: str | None, ward: str | None = None) -> Agency:
    groups = code.split(".")
    return Agency(
        key=f"a-{code.lower().replace('.', '-')}",
        code=code,
        legacy_code=f"000.00.{groups[1] if len(groups) > 1 else '00'}.{CITY_CODE}"
        if kind in {"city", "department"}
        else None,
        synthetic_code=kind != "city",
        name=name,
        kind=kind,
        parent=parent,
        ward_code=ward,
    )
