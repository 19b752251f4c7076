"""Who said what about a person, how surely and when; and who may overwrite whom. Pure.

Each attribute has its origin. A statement replaces another only if it is at least as strong: proofing of level 02 stands
above level 01, and at one level the population register above the national system's sign-in, that above a desk, and a
desk above the person. What a weaker source says otherwise is not taken over, and is not passed over in silence either:
the caller is told which attributes were kept. What is not known yet is taken from anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from idp.people.model import Address, Attribute, Origin, PersonProfile, Source

CONFIRMED_ANEW_AFTER = timedelta(days=30)
"""How old a statement is when the same one by the same sort of source counts as a newer one."""

_TRUST = {Source.SELF: 0, Source.DESK: 1, Source.UPSTREAM: 2, Source.REGISTER: 3}
_COMPARED: Mapping[Attribute, tuple[str, ...]] = {
    Attribute.NAME: ("full_name",),
    Attribute.GENDER: ("gender",),
    Attribute.BIRTHDATE: ("birthdate",),
    Attribute.NATIONALITY: ("nationality",),
    Attribute.ID_NUMBER: ("personal_id", "foreigner_id"),
    Attribute.PHONE: ("phone",),
    Attribute.EMAIL: ("email",),
    Attribute.ADDRESS: ("address",),
}
"""Attribute → fields of the profile that tell whether two statements of it differ."""

Statements = Mapping[Attribute, Mapping[str, object]]
"""Attribute → fields of the profile as stated; an attribute that was not stated is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A profile after statements were weighed, and the attributes that a weaker source stated otherwise."""

    profile: PersonProfile = field(repr=False)
    kept: tuple[Attribute, ...]


def may_replace(new: Origin, old: Origin) -> bool:
    """Tell whether a statement overwrites another: it is as strong, or stronger."""
    return _strength(new) >= _strength(old)


def merge(profile: PersonProfile, statements: Statements, origin: Origin, *, unknown: Origin) -> Merged:
    """Return the profile with what `origin` states; `unknown` stands in for an origin nobody has written down."""
    kept = []
    for attribute, values in statements.items():
        if not _is_known(profile, attribute):
            profile = _with(profile, attribute, values, origin)
            continue
        if _is_proved(profile, attribute) and not _says_verified(values):
            continue  # whose reader answered a code stays, whatever is merely said
        old = profile.origins.get(attribute, unknown)
        if _agrees(profile, attribute, values):
            missing = {name: value for name, value in values.items() if value and not getattr(profile, name)}
            counts = missing or attribute not in profile.origins or _is_news(origin, old)
            if may_replace(origin, old) and counts:
                profile = _with(profile, attribute, missing, origin)
        elif may_replace(origin, old):
            profile = _with(profile, attribute, values, origin)
        else:
            kept.append(attribute)
    return Merged(profile=profile, kept=tuple(kept))


def _is_proved(profile: PersonProfile, attribute: Attribute) -> bool:
    """Tell whether this is an address that its owner proved to us."""
    flags = {Attribute.EMAIL: profile.email_verified, Attribute.PHONE: profile.phone_verified}
    origin = profile.origins.get(attribute)
    return flags.get(attribute, False) and origin is not None and origin.source is Source.SELF


def _says_verified(values: Mapping[str, object]) -> bool:
    return bool(values.get("email_verified") or values.get("phone_verified"))


def _strength(origin: Origin) -> tuple[int, int]:
    return origin.level, _TRUST[origin.source]


def _is_news(new: Origin, old: Origin) -> bool:
    return _strength(new) > _strength(old) or new.at - old.at >= CONFIRMED_ANEW_AFTER


def _is_known(profile: PersonProfile, attribute: Attribute) -> bool:
    if attribute is Attribute.NATIONALITY and attribute not in profile.origins:
        return False  # its default is an assumption of ours
    return any(getattr(profile, name) for name in _COMPARED[attribute])


def _agrees(profile: PersonProfile, attribute: Attribute, values: Mapping[str, object]) -> bool:
    return all(
        _comparable(values.get(name)) == _comparable(getattr(profile, name)) for name in _COMPARED[attribute]
    )


def _comparable(value: object) -> object:
    """Return what of a value tells it from another: an address is where it is, however it was written."""
    if isinstance(value, Address):
        return value.ward_code, value.candidates, value.detail
    return value or ""


def _with(
    profile: PersonProfile, attribute: Attribute, values: Mapping[str, object], origin: Origin
) -> PersonProfile:
    return profile.saying({**values, "origins": {**profile.origins, attribute: origin}})
