"""What HR wrote of an official, and roles, as the text of a row and back. Pure; keys of another release do no harm."""

import json
from dataclasses import asdict, fields

from idp.officials.model import OfficialProfile
from idp.officials.roles import Role
from idp.officials.rules import in_order

_FIELDS = frozenset(field.name for field in fields(OfficialProfile))
_ROLES = frozenset(Role)


def profile_text(profile: OfficialProfile) -> str:
    """Return it as compact text."""
    return json.dumps(asdict(profile), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def profile_of(text: str) -> OfficialProfile:
    """Return what a text says."""
    kept = json.loads(text)
    return OfficialProfile(**{name: kept[name] for name in _FIELDS & kept.keys()})


def roles_text(roles: tuple[Role, ...]) -> str:
    """Return roles between spaces, so that one of them is found by ` role `."""
    return f" {' '.join(roles)} " if roles else ""


def roles_of(text: str) -> tuple[Role, ...]:
    """Return the roles of a text; one that a newer release brought is not ours to give."""
    return in_order([Role(word) for word in text.split() if word in _ROLES])
