"""A Vietnamese full name in its parts: family name (họ) first, middle (chữ đệm), given name (tên) last. Pure.

Used only where a source gives the full name alone; a source that states the parts is believed.
"""

from dataclasses import dataclass, field


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
