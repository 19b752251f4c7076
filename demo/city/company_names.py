"""Names of businesses and other organisations: forms, lines of trade, capitals, ampersands (DOMAIN §5.4)."""

from dataclasses import dataclass
from random import Random

from demo.city.names import Name, latin

_PLACES = (
    "Hải Long",
    "Đình Vũ",
    "Sông Cấm",
    "Bạch Đằng",
    "Hoa Phượng",
    "Cát Bà",
    "Tam Bạc",
    "An Biên",
    "Lạch Tray",
    "Kinh Môn",
    "Chu Đậu",
    "Côn Sơn",
    "Thanh Hà",
    "Đông Á",
    "Nam Triệu",
    "Văn Úc",
    "Bình Minh",
    "Thành Đông",
    "Phả Lại",
    "Hưng Thịnh",
    "Tân Vũ",
    "Lục Đầu",
    "Cửa Lục",
    "Tiên Lãng",
)
_TRADES = (
    ("Thương mại", "TRADING"),
    ("Vận tải", "TRANSPORT"),
    ("Xây dựng", "CONSTRUCTION"),
    ("Cơ khí", "MECHANICAL"),
    ("Thủy sản", "SEAFOOD"),
    ("May mặc", "GARMENT"),
    ("Logistics", "LOGISTICS"),
    ("Điện tử", "ELECTRONICS"),
    ("Thực phẩm", "FOODS"),
    ("Thương mại & Dịch vụ", "TRADING & SERVICE"),
    ("Du lịch", "TOURISM"),
    ("Nội thất", "FURNITURE"),
)
_ENDINGS = ("", "", "", " Xanh", " Mới", " Việt", " Hải Phòng", " Số 1", " 68", " Quốc tế")
_FOREIGN = (
    "Nakahama",
    "Daesung",
    "Weiland",
    "Kitasora",
    "Hanjoo",
    "Blauwerk",
    "Formosan Tide",
    "Aurora Gulf",
)
_FORMS = {
    "sole-member-llc": ("Công ty TNHH MTV", "ONE MEMBER CO., LTD"),
    "llc": ("Công ty TNHH", "CO., LTD"),
    "jsc": ("Công ty Cổ phần", "JSC"),
    "private": ("Doanh nghiệp tư nhân", "PRIVATE ENTERPRISE"),
    "fdi": ("Công ty TNHH", "CO., LTD"),
}
_LEGAL_FORMS = ("sole-member-llc", "llc", "jsc", "private", "fdi")
_LEGAL_FORM_WEIGHTS = (52, 22, 20, 3, 3)
_SHOPS = (
    "Tạp hóa",
    "Bún cá",
    "May đo",
    "Sửa xe",
    "Vật liệu",
    "Bánh mì",
    "Hải sản",
    "Cà phê",
    "Điện lạnh",
    "Nhà nghỉ",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyName:
    legal_form: str
    name: str
    short_name: str | None
    foreign_name: str | None


def draw_company_name(rng: Random) -> CompanyName:
    legal_form = rng.choices(_LEGAL_FORMS, _LEGAL_FORM_WEIGHTS)[0]
    form, foreign_form = _FORMS[legal_form]
    trade, foreign_trade = rng.choice(_TRADES)
    if legal_form == "fdi":
        own = rng.choice(_FOREIGN)
        name = f"{form} {own} {trade} Việt Nam"
        return CompanyName(
            legal_form=legal_form,
            name=name,
            short_name=own,
            foreign_name=f"{own.upper()} {foreign_trade} VIETNAM {foreign_form}",
        )
    own = rng.choice(_PLACES) + rng.choice(_ENDINGS)
    name = f"{form} {trade} {own}"
    return CompanyName(
        legal_form=legal_form,
        name=name.upper() if rng.random() < 0.15 else name,
        short_name=latin(own) if rng.random() < 0.3 else None,
        foreign_name=f"{latin(own).upper()} {foreign_trade} {foreign_form}" if rng.random() < 0.2 else None,
    )


def draw_accounting_firm_name(rng: Random) -> str:
    return f"Công ty TNHH Dịch vụ Kế toán và Đại lý thuế {rng.choice(_PLACES)}{rng.choice(_ENDINGS)}"


def draw_household_business_name(rng: Random, owner: Name) -> str:
    """Most shops are called after the owner; the register writes many of them in capitals."""
    called = owner.full if rng.random() < 0.5 else f"{rng.choice(_SHOPS)} {owner.given} {rng.choice(_PLACES)}"
    name = f"Hộ kinh doanh {called}"
    return name.upper() if rng.random() < 0.6 else name
