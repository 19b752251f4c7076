"""The national system's userinfo as attributes of ours: its field names in, strict types, NFC out. Pure.

Fields as the real system's public integrations show them: LoaiTaiKhoan, SoDinhDanh, HoVaTen, NgayThangNamSinh, …
A field of the wrong type is an answer not to be believed; a missing one is empty.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import TypeGuard

from federation.upstream import AccountKind, ExternalAttributes, UpstreamError

_KINDS: Mapping[int | str, AccountKind] = {
    1: AccountKind.CITIZEN,
    2: AccountKind.ENTERPRISE,
    3: AccountKind.ORGANISATION,
    "1": AccountKind.CITIZEN,
    "2": AccountKind.ENTERPRISE,
    "3": AccountKind.ORGANISATION,
}
_PERSONAL_ID = re.compile(r"[0-9]{12}", re.ASCII)
_FOREIGNER_ID = re.compile(r"[0-9A-Z]{12}", re.ASCII)
_OF_VIETNAM = frozenset({"VN", "VNM", "Việt Nam"})
_BIRTHDATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})|([12][0-9]{3})", re.ASCII)
_FIRST_BIRTH_YEAR = 1850
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_WARD = re.compile(r"[0-9]{5}", re.ASCII)
_GENDERS = {1: "male", 2: "female"}
_LONGEST = 200
_NO_TEXT = frozenset({"Cc", "Cs"})


def account_kind(userinfo: Mapping[str, object]) -> AccountKind:
    """Return whose account it is (LoaiTaiKhoan; as number or digit text)."""
    value = userinfo.get("LoaiTaiKhoan")
    kind = _KINDS.get(value) if isinstance(value, str) or _is_int(value) else None
    if kind is None:
        raise UpstreamError("LoaiTaiKhoan is missing or unknown")
    return kind


def account_level(userinfo: Mapping[str, object]) -> int | None:
    """Return the account level (IAL): 1 or 2; None when not stated."""
    value = userinfo.get("IAL")
    return value if _is_int(value) and value in {1, 2} else None


def attributes(userinfo: Mapping[str, object], *, today: date) -> ExternalAttributes:
    """Return what the answer says of the person; `today` in Việt Nam: nobody was born after it."""
    address = userinfo.get("ThuongTru")
    place: Mapping[str, object] = address if isinstance(address, dict) else {}
    gender = userinfo.get("GioiTinh")
    number, nationality = _text(userinfo, "SoDinhDanh"), _text(userinfo, "QuocTich")
    may_be_citizen = not nationality or nationality in _OF_VIETNAM
    personal_id = _matching(_PERSONAL_ID, number) if may_be_citizen else ""
    is_foreign = not personal_id and nationality not in _OF_VIETNAM
    return ExternalAttributes(
        full_name=_text(userinfo, "HoVaTen"),
        personal_id=personal_id,
        foreigner_id=_matching(_FOREIGNER_ID, number) if is_foreign else "",
        birthdate=_birthdate(_text(userinfo, "NgayThangNamSinh"), today),
        gender=_GENDERS.get(gender, "") if _is_int(gender) else "",
        nationality=nationality,
        phone=_matching(_PHONE, _text(userinfo, "SoDienThoai")),
        email=_matching(_EMAIL, _text(userinfo, "ThuDienTu")),
        ward_code=_matching(_WARD, _text(place, "MaPhuongXa")),
        address_detail=_text(place, "ChiTiet"),
    )


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(source: Mapping[str, object], name: str) -> str:
    value = source.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise UpstreamError(f"{name} is not a short text")
    if any(unicodedata.category(c) in _NO_TEXT for c in value):
        raise UpstreamError(f"{name} has control characters or half a surrogate pair")
    return " ".join(unicodedata.normalize("NFC", value).split())


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""


def _birthdate(text: str, today: date) -> str:
    """Return YYYY-MM-DD or YYYY; a day that no calendar has is no birth date, nor one to come or beyond memory."""
    match = _BIRTHDATE.fullmatch(text)
    if match is None:
        return ""
    try:
        born = date(int(text[:4]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return ""
    if born.year < _FIRST_BIRTH_YEAR or born > today:
        return ""
    return match[4] or born.isoformat()
