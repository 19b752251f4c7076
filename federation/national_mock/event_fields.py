"""The form of each type of event: which facts are asked for, and how what was typed becomes an event. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "choice", "relations", "representatives"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactField:
    """One fact as it is typed; `choices` for a choice, in which "" is what may stay unsaid."""

    name: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    empty_is_null: bool = False
    """Left empty it is said to be nothing; otherwise it is not said."""


_CARD = ("valid", "expired", "revoked", "lost")
_CAUSES = ("sex-determined", "birth-year-corrected", "data-corrected", "given-twice")
_REFERENCE = (FactField(name="reference"),)
FIELDS: dict[str, tuple[FactField, ...]] = {
    "person.died": (FactField(name="died_on", kind="date"),),
    "person.death_revoked": (),
    "person.corrected": (
        FactField(name="family_name"),
        FactField(name="middle_name"),
        FactField(name="given_name"),
        FactField(name="name"),
        FactField(name="gender", kind="choice", choices=("", "female", "male")),
        FactField(name="birthdate"),
    ),
    "person.number_changed": (
        FactField(name="new"),
        FactField(name="cause", kind="choice", choices=_CAUSES),
    ),
    "person.card": (
        FactField(name="status", kind="choice", choices=_CARD),
        FactField(name="expires_on", kind="date", empty_is_null=True),
    ),
    "person.residence": (
        FactField(name="until", kind="date", empty_is_null=True),
        FactField(name="ward_code"),
        FactField(name="detail"),
        FactField(name="as_written"),
    ),
    "person.locked": _REFERENCE,
    "person.unlocked": _REFERENCE,
    "person.level": (FactField(name="account_level", kind="choice", choices=("0", "1", "2")),),
    "relation.changed": (FactField(name="relations", kind="relations"),),
    "organisation.status": (
        FactField(
            name="status",
            kind="choice",
            choices=("active", "suspended", "dissolving", "dissolved", "invalid_address"),
        ),
    ),
    "organisation.representatives": (FactField(name="representatives", kind="representatives"),),
}


def subject_name(kind: str) -> str:
    """Return how the subject of this type is named: by personal ID number or by tax code."""
    return "tax_code" if kind.startswith("organisation.") else "personal_id"


def event_of(kind: str, typed: Mapping[str, str]) -> dict[str, object]:
    """Return the document that was typed in; registers/events.py says whether it is an event."""
    facts: dict[str, object] = {}
    for field in FIELDS[kind]:
        text = typed.get(f"fact_{field.name}", "").strip()
        if field.kind in {"relations", "representatives"}:
            facts[field.name] = [
                _line(line.split(), field.kind) for line in text.splitlines() if line.strip()
            ]
        elif field.name == "account_level":
            facts[field.name] = int(text) if text in field.choices else text
        elif text:
            facts[field.name] = text
        elif field.empty_is_null:
            facts[field.name] = None
    return {"type": kind, "subject": {subject_name(kind): typed.get("subject", "").strip()}, "facts": facts}


def _line(words: list[str], kind: Kind) -> dict[str, object]:
    """A relation is "kind number" or "kind number contested"; a representative "number" or "number since"."""
    if kind == "relations":
        named: dict[str, object] = dict(zip(("kind", "personal_id"), words, strict=False))
        return named | (
            {"contested": True} if words[2:] == ["contested"] else {"more": words[2:]} if words[2:] else {}
        )
    return dict(zip(("personal_id", "from"), words, strict=False)) | (
        {"more": words[2:]} if words[2:] else {}
    )
