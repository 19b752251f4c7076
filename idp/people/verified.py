"""What of a person the national register vouches for: only what it said itself, of an account of level 02. Pure."""

from collections.abc import Mapping
from datetime import datetime

from idp.people.claims import claims_of
from idp.people.model import Attribute, Person, Source
from idp.protocol.verified_claims import CLAIMS, Verified, allowed, build

_LEVEL_02 = 2
_NATIONAL = frozenset({Source.REGISTER, Source.UPSTREAM})
_ATTRIBUTE: Mapping[str, Attribute] = {
    **dict.fromkeys(("name", "family_name", "middle_name", "given_name"), Attribute.NAME),
    "gender": Attribute.GENDER,
    **dict.fromkeys(("birthdate", "age_over_14", "age_over_16", "age_over_18"), Attribute.BIRTHDATE),
    **dict.fromkeys(("address", "resident_of_commune"), Attribute.ADDRESS),
    "vn_id_number": Attribute.ID_NUMBER,
}
"""Claim → the attribute that it is, or is computed from."""


def verified_of(person: Person, *, now: datetime) -> dict[str, Verified]:
    """Return the claims that may be called verified; of an account below level 02, none."""
    if person.account_level != _LEVEL_02:
        return {}
    known, origins = claims_of(person, now=now), person.profile.origins
    return {
        name: Verified(value=known[name], at=origin.at)
        for name in CLAIMS
        if name in known
        and (origin := origins.get(_ATTRIBUTE[name])) is not None
        and origin.level == _LEVEL_02
        and origin.source in _NATIONAL
    }


def verified_member(person: Person, kept: str, scopes: frozenset[str], *, now: datetime) -> dict[str, object]:
    """Return the `verified_claims` that answer a kept request, of claims that these scopes open; nothing is no member."""
    return build(allowed(kept, scopes), verified_of(person, now=now), now=now) if kept else {}
