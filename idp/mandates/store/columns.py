"""Areas as the text of a row and back."""

import json
from collections.abc import Iterable


def services_text(services: Iterable[str]) -> str:
    """Return areas as text, in order."""
    return json.dumps(sorted(set(services)), separators=(",", ":"))


def services_of(text: str) -> tuple[str, ...]:
    """Return the areas of a text."""
    return tuple(json.loads(text))
