"""What is told of an organisation in words, as the text of a row and back. Pure.

The text is sealed as one value (DESIGN 5.10): names of household businesses are people's, addresses their homes. Keys
of another release, newer or older, do no harm.
"""

import json

from idp.organisations.model import Organisation

_WORDS = ("name", "short_name", "foreign_name", "address")


def words_text(organisation: Organisation) -> str:
    """Return names and address as compact text."""
    words = {name: getattr(organisation, name) for name in _WORDS}
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def words_of(text: str) -> dict[str, str]:
    """Return names and address of a text."""
    kept = json.loads(text)
    return {name: str(kept.get(name, "")) for name in _WORDS}
