"""A person as OpenID Connect claims – Core §5.1; what is not known is left out. Pure."""

from idp.people.model import Address, Person

_COUNTRY = "VN"
_REGION = "Thành phố Hải Phòng"
_PROVINCE_CODE = "31"


def claims_of(person: Person) -> dict[str, object]:
    """Return every standard claim the record has; the caller selects what may be released."""
    profile = person.profile
    claims: dict[str, object] = {
        "name": profile.full_name,
        "family_name": profile.family_name,
        "middle_name": profile.middle_name,
        "given_name": profile.given_name,
        "nickname": profile.nickname,
        "preferred_username": profile.preferred_username,
        "profile": profile.profile_page,
        "picture": profile.picture,
        "website": profile.website,
        "gender": profile.gender,
        "birthdate": profile.birthdate,
        "phone_number": profile.phone,
        "email": profile.email,
        "vn_id_number": profile.personal_id or profile.foreigner_id,
    }
    claims = {name: value for name, value in claims.items() if value}
    if profile.phone:
        claims["phone_number_verified"] = profile.phone_verified
    if profile.email:
        claims["email_verified"] = profile.email_verified
    if profile.address is not None:
        claims["address"] = _address(profile.address)
    return {
        **claims,
        "locale": "vi-VN",
        "zoneinfo": "Asia/Ho_Chi_Minh",
        "updated_at": int(person.updated_at.timestamp()),
    }


def _address(address: Address) -> dict[str, str]:
    """Return the address claim (Core §5.1.1) with the commune's code of the two-level government."""
    parts = {
        "formatted": address.formatted,
        "street_address": address.detail,
        "region": _REGION,
        "country": _COUNTRY,
        "vn_ward_code": address.ward_code,
        "vn_province_code": _PROVINCE_CODE,
    }
    return {name: value for name, value in parts.items() if value}
