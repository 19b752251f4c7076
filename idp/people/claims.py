"""A person as OpenID Connect claims – Core §5.1; what is not known is left out. Pure."""

from datetime import datetime

from idp.days import day_of
from idp.people.ages import has_reached
from idp.people.communes import PROVINCE, PROVINCE_CODE, communes
from idp.people.model import Address, Person

AGES = (14, 16, 18)
"""Ages that can be told without the birth date."""
_COUNTRY = "VN"


def claims_of(person: Person, *, now: datetime) -> dict[str, object]:
    """Return every claim the record has; the caller selects what may be released. Ages are those of this moment."""
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
        if profile.address.ward_code:
            claims["resident_of_commune"] = profile.address.ward_code
    if profile.birthdate:
        today = day_of(now)
        claims |= {f"age_over_{age}": has_reached(profile.birthdate, age, today=today) for age in AGES}
    return {
        **claims,
        "locale": "vi-VN",
        "zoneinfo": "Asia/Ho_Chi_Minh",
        "updated_at": int(person.updated_at.timestamp()),
    }


def _address(address: Address) -> dict[str, str]:
    """Return the address claim (Core §5.1.1) with the commune's code of the two-level government.

    City and commune are named only where the commune is known, or one of several of ours, and never guessed.
    """
    commune = communes().get(address.ward_code)
    is_ours = commune is not None or bool(address.candidates)
    parts = {
        "formatted": address.formatted,
        "street_address": address.detail,
        "locality": commune.full_name if commune else "",
        "region": PROVINCE if is_ours else "",
        "country": _COUNTRY,
        "vn_ward_code": address.ward_code,
        "vn_province_code": PROVINCE_CODE if is_ours else "",
    }
    return {name: value for name, value in parts.items() if value}
