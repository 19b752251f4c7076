"""A person's profile and roles as the text of a row and back. Pure.

The text is sealed as one value (DESIGN 5.10). Keys of another release, newer or older, do no harm.
"""

import json
from dataclasses import asdict, fields

from idp.people.model import Address, PersonProfile

_PROFILE_FIELDS = frozenset(field.name for field in fields(PersonProfile)) - {"address"}
_ADDRESS_FIELDS = frozenset(field.name for field in fields(Address))


def profile_text(profile: PersonProfile) -> str:
    """Return a profile as compact text."""
    return json.dumps(asdict(profile), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def profile_of(text: str) -> PersonProfile:
    """Return the profile of a text."""
    kept = json.loads(text)
    address = kept.get("address")
    return PersonProfile(
        **{name: kept[name] for name in _PROFILE_FIELDS & kept.keys()},
        address=None
        if address is None
        else Address(**{name: address[name] for name in _ADDRESS_FIELDS & address.keys()}),
    )


def roles_text(roles: frozenset[str]) -> str:
    """Return roles as text."""
    return json.dumps(sorted(roles), ensure_ascii=False, separators=(",", ":"))


def roles_of(text: str) -> frozenset[str]:
    """Return the roles of a text."""
    return frozenset(json.loads(text))
