"""A Vietnamese full name in its parts: family name (họ) first, middle (chữ đệm), given name (tên) last. Pure.

Used only where a source gives the full name alone; a source that states the parts is believed. Other countries have
other orders, so a foreign name is left whole. What is stored is composed (NFC) and single-spaced, and matched on its
fold (name_fold.py).
"""

from dataclasses import dataclass, field

from idp.name_fold import to_nfc
from idp.people.model import PersonProfile

_NAMES = ("full_name", "family_name", "middle_name", "given_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """OpenID Connect's names for them (Core §5.1)."""

    family_name: str = field(repr=False)
    middle_name: str = field(repr=False)
    given_name: str = field(repr=False)


def split_name(full_name: str) -> NameParts:
    """Return first word, words between, last word; a name of one word is a given name."""
    words = full_name.split()
    if len(words) < 2:
        return NameParts(family_name="", middle_name="", given_name=full_name)
    return NameParts(family_name=words[0], middle_name=" ".join(words[1:-1]), given_name=words[-1])


def with_composed_names(profile: PersonProfile) -> PersonProfile:
    """Return the profile with every name as it is stored; whose accents were typed apart is who they are."""
    composed = {name: to_nfc(getattr(profile, name)) for name in _NAMES}
    if all(getattr(profile, name) == text for name, text in composed.items()):
        return profile
    return profile.saying(composed)
