"""A person's profile and roles as the text of a row and back. Pure.

The text is sealed as one value (DESIGN 5.10). Keys of another release, newer or older, do no harm.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from idp.people.model import Address, Attribute, Origin, PersonProfile, Source

_PROFILE_FIELDS = frozenset(field.name for field in fields(PersonProfile)) - {"address", "origins"}
_ALWAYS = frozenset({"full_name", "nationality"})
"""What else is empty is left out: that is what it is when it is missing."""
_ADDRESS_FIELDS = frozenset(field.name for field in fields(Address))
_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def profile_text(profile: PersonProfile) -> str:
    """Return a profile as compact text."""
    values = {name: getattr(profile, name) for name in _PROFILE_FIELDS}
    kept = {name: value for name, value in values.items() if value or name in _ALWAYS}
    address = None if profile.address is None else _kept(profile.address)
    return _text({**kept, "address": address, "origins": _origins(profile.origins)})


def profile_of(text: str) -> PersonProfile:
    """Return the profile of a text."""
    kept = json.loads(text)
    address = kept.get("address")
    return PersonProfile(
        **{name: kept[name] for name in _PROFILE_FIELDS & kept.keys()},
        address=None if address is None else _address(address),
        origins=dict(_origins_of(kept.get("origins", ()))),
    )


def address_text(address: Address) -> str:
    """Return an address as text."""
    return _text(_kept(address))


def address_of(text: str) -> Address:
    """Return the address of a text."""
    return _address(json.loads(text))


def _kept(address: Address) -> dict[str, object]:
    return {name: getattr(address, name) for name in _ADDRESS_FIELDS}


def _address(kept: Mapping[str, Any]) -> Address:
    values = {name: kept[name] for name in _ADDRESS_FIELDS & kept.keys()}
    return Address(**values | {"candidates": tuple(kept.get("candidates", ()))})


def _origins(origins: Mapping[Attribute, Origin]) -> list[list[object]]:
    """Return each origin once, with the attributes that have it: most of a profile comes from one statement."""
    attributes: dict[Origin, list[str]] = {}
    last: Origin | None = None
    of: list[str] = []
    for attribute, origin in origins.items():
        if origin is not last:  # hashing one anew for each attribute would cost more than all the rest
            last, of = origin, attributes.setdefault(origin, [])
        of.append(attribute)
    return [
        [one.source, one.issuer, one.level, one.at.isoformat(), sorted(those)]
        for one, those in attributes.items()
    ]


def _origins_of(kept: Iterable[tuple[str, str, int, str, list[str]]]) -> Iterable[tuple[Attribute, Origin]]:
    for source, issuer, level, at, attributes in kept:
        if source not in set(Source):
            continue  # another release's: an origin that is not understood is none
        origin = Origin(source=Source(source), issuer=issuer, level=level, at=datetime.fromisoformat(at))
        for name in attributes:
            if name in set(Attribute):
                yield Attribute(name), origin


def roles_text(roles: frozenset[str]) -> str:
    """Return roles as text."""
    return json.dumps(sorted(roles), ensure_ascii=False, separators=(",", ":"))


def roles_of(text: str) -> frozenset[str]:
    """Return the roles of a text."""
    return frozenset(json.loads(text))
