"""What the national system says of a person, attribute by attribute, as provenance.py weighs it. Pure.

The ID number finds a record for ever after, so only an account of level 02 states one (SECURITY E04). An address from
there is of today; a commune that is none of ours stays as it was said.
"""

from federation.upstream import ExternalAttributes, ExternalIdentity
from idp.people.addresses import place
from idp.people.model import Attribute
from idp.people.name_parts import split_name

_LEVEL_02 = 2


def statements_of(identity: ExternalIdentity) -> dict[Attribute, dict[str, object]]:
    """Return what is stated; what is left out is not."""
    told = identity.attributes
    stated: dict[Attribute, dict[str, object]] = {}
    if told.full_name:
        stated[Attribute.NAME] = _name(told)
    for attribute, name, value in (
        (Attribute.GENDER, "gender", told.gender),
        (Attribute.BIRTHDATE, "birthdate", told.birthdate),
        (Attribute.NATIONALITY, "nationality", told.nationality),
    ):
        if value:
            stated[attribute] = {name: value}
    if identity.account_level == _LEVEL_02 and (told.personal_id or told.foreigner_id):
        stated[Attribute.ID_NUMBER] = {"personal_id": told.personal_id, "foreigner_id": told.foreigner_id}
    if told.phone:
        stated[Attribute.PHONE] = {"phone": told.phone, "phone_verified": True}
    if told.email:
        stated[Attribute.EMAIL] = {"email": told.email, "email_verified": False}
    if told.ward_code or told.address_detail:
        stated[Attribute.ADDRESS] = {"address": place(code=told.ward_code, detail=told.address_detail)}
    return stated


def _name(told: ExternalAttributes) -> dict[str, object]:
    """Return the name; a foreign one is left whole, since its parts would be a guess."""
    is_foreign = bool(told.foreigner_id) or told.nationality not in {"", "VN", "VNM", "Việt Nam"}
    if is_foreign:
        return {"full_name": told.full_name, "family_name": "", "middle_name": "", "given_name": ""}
    parts = split_name(told.full_name)
    return {
        "full_name": told.full_name,
        "family_name": parts.family_name,
        "middle_name": parts.middle_name,
        "given_name": parts.given_name,
    }
