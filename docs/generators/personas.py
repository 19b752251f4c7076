"""The page of the demo's personas, and the table of the featured ones that README.md shows, from `demo/personas.yaml`."""

from collections.abc import Iterable

from demo.city.cast import the_cast
from demo.city.personas import Persona, load
from docs.generators.texts import table

PATH = "docs/reference/personas.md"
_INTRODUCTION = (
    "Everybody the demo city always has, whatever its size. Nobody is real, and the passwords are public: never load them"
    " where somebody else can reach the provider. The simulated national system also asks for a code and shows it on"
    " its page. The last column may be ahead of the provider: acting for a child or a business is in the data, and not"
    " yet on a page."
)


def page() -> str:
    """Return the page."""
    rows = [(*_who(persona), persona.shows_en) for persona in load()]
    return "\n\n".join(
        [
            "# Personas",
            _INTRODUCTION,
            table(("who", "", "number or user name", "password", "there to show"), rows),
        ]
    )


def featured() -> str:
    """Return the table of those whom `scripts/run` prints."""
    return table(("who", "", "number", "password"), [_who(persona) for persona in load() if persona.featured])


def _who(persona: Persona) -> tuple[str, str, str, str]:
    names = {person.key: person.full_name for person in the_cast().people}
    return (names.get(persona.slug, "–"), persona.purpose_en, *_sign_in(persona))


def _sign_in(persona: Persona) -> tuple[str, str]:
    if persona.national:
        return _code((persona.national.number,)), _code((persona.national.password,))
    if persona.city:
        return _code((persona.city.username,)), _code((persona.city.password, persona.city.totp_secret))
    return "–", "–"


def _code(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)
