"""The page of the demo's personas, and the table of the featured ones that README.md shows, from `demo/personas.yaml`."""

from collections.abc import Iterable

from demo.city.cast import the_cast
from demo.city.personas import Persona, load
from docs.generators.texts import table

PATH = "docs/reference/personas.md"
_INTRODUCTION = (
    "Everybody the demo city always has, whatever its size. Nobody is real, and the passwords are public: never load them"
    " where somebody else can reach the provider. The simulated national system also asks for a code and shows it on"
    " its page. City credentials, at Egov, are a password and a code of the secret beside it. What comes of each"
    " sign-in stands in `demo/personas.yaml` (`expects`), and a test holds them to it."
)


def page() -> str:
    """Return the page."""
    rows = [(*row, persona.shows_en) for persona in load() for row in _rows(persona)]
    return "\n\n".join(
        [
            "# Personas",
            _INTRODUCTION,
            table(("who", "", "number or user name", "password", "there to show"), rows),
        ]
    )


def featured() -> str:
    """Return the table of those whom `scripts/run` prints."""
    rows = [row for persona in load() if persona.featured for row in _rows(persona)]
    return table(("who", "", "number or user name", "password"), rows)


def _rows(persona: Persona) -> list[tuple[str, str, str, str]]:
    """Return a row for each way in: as a citizen, and with city credentials."""
    names = {person.key: person.full_name for person in the_cast().people}
    name, purpose = names.get(persona.slug, "–"), persona.purpose_en
    rows = []
    if persona.national:
        sign_in = _code((persona.national.number,)), _code((persona.national.password,))
        rows.append((name, purpose, *sign_in))
    if persona.city:
        purpose = "the same, with city credentials" if rows else purpose
        secrets = _code((persona.city.password, persona.city.totp_secret))
        rows.append((name, purpose, _code((persona.city.username,)), secrets))
    return rows or [(name, purpose, "–", "–")]


def _code(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)
