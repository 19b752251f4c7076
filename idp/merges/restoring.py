"""What the winner's record says once the records are split again. Pure.

While they were one, sign-ins through accounts of either stated things of the winner's record, and nobody can tell whose
they were: they are taken back to what was there at the merge. What a register or a desk wrote since then was meant for
the record, and stays; so do its numbers, which no sign-in of the loser's could change.
"""

from dataclasses import replace

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


def restored(person: Person, before: PersonProfile, *, level: int) -> Person:
    """Return the record as a split leaves it; the level is never above what it was at the merge."""
    profile = person.profile
    for attribute, names in _FIELDS.items():
        if _is_from_a_sign_in(profile, before, attribute):
            profile = _taken_back(profile, before, attribute, names)
    return replace(
        person,
        profile=profile,
        account_level=min(person.account_level, level),
        commune_code=profile.address.ward_code if profile.address else person.commune_code,
        birth_year=int(profile.birthdate[:4]) if profile.birthdate else None,
    )


def _is_from_a_sign_in(now: PersonProfile, then: PersonProfile, attribute: Attribute) -> bool:
    origin = now.origins.get(attribute)
    return origin is not None and origin.source is Source.UPSTREAM and origin != then.origins.get(attribute)


def _taken_back(
    now: PersonProfile, then: PersonProfile, attribute: Attribute, names: tuple[str, ...]
) -> PersonProfile:
    origins = {one: origin for one, origin in now.origins.items() if one is not attribute}
    if attribute in then.origins:
        origins[attribute] = then.origins[attribute]
    changes: dict[str, object] = {name: getattr(then, name) for name in names}
    return replace(now, **changes | {"origins": origins})  # type: ignore[arg-type]
