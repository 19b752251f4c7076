"""What the winner's record says once the records are split again. Pure.

While they were one, sign-ins through accounts of either stated things of the winner's record, and nobody can tell whose
they were: they are taken back to what was there at the merge. What a register or a desk wrote since then was meant for
the record, and stays; so do its numbers, which no sign-in of the loser's could change.
"""

from dataclasses import replace
from datetime import datetime

from idp.people.model import Attribute, Person, PersonProfile, Source

_FIELDS: dict[Attribute, tuple[str, ...]] = {
    Attribute.NAME: ("full_name", "family_name", "middle_name", "given_name"),
    Attribute.GENDER: ("gender",),
    Attribute.BIRTHDATE: ("birthdate",),
    Attribute.NATIONALITY: ("nationality",),
    Attribute.PHONE: ("phone", "phone_verified"),
    Attribute.EMAIL: ("email", "email_verified"),
    Attribute.ADDRESS: ("address",),
}


def restored(person: Person, before: PersonProfile, *, level: int, since: datetime) -> Person:
    """Return the record as a split leaves it; the level is never above what it was at the merge."""
    profile = without_sign_ins(person.profile, before, since=since)
    return replace(
        person,
        profile=profile,
        account_level=min(person.account_level, level),
        commune_code=profile.address.ward_code if profile.address else person.commune_code,
        birth_year=int(profile.birthdate[:4]) if profile.birthdate else None,
    )


def without_sign_ins(now: PersonProfile, then: PersonProfile, *, since: datetime) -> PersonProfile:
    """Return a profile with what sign-ins stated since a moment taken back to what was there then."""
    for attribute, names in _FIELDS.items():
        origin = now.origins.get(attribute)
        if origin is None or origin.source is not Source.UPSTREAM or origin.at < since:
            continue
        if origin != then.origins.get(attribute):
            now = _taken_back(now, then, attribute, names)
    return now


def _taken_back(
    now: PersonProfile, then: PersonProfile, attribute: Attribute, names: tuple[str, ...]
) -> PersonProfile:
    origins = {one: origin for one, origin in now.origins.items() if one is not attribute}
    if attribute in then.origins:
        origins[attribute] = then.origins[attribute]
    return now.saying({name: getattr(then, name) for name in names} | {"origins": origins})
