"""The page of every scope, from `idp/protocol/scopes.py`."""

from docs.generators.texts import table
from idp.protocol.scopes import SCOPES, LegalBasis, Scope

PATH = "docs/reference/scopes.md"
_INTRODUCTION = (
    "What a relying party can ask for. A client gets only the scopes registered for it, each with its legal"
    " basis; tokens with a `personal` scope live 60 seconds."
)
_BASES = {LegalBasis.PUBLIC_TASK: "told: a public task", LegalBasis.CONSENT: "asked: consent"}


def page() -> str:
    """Return the page."""
    rows = [_row(scope) for scope in SCOPES.values()]
    return "\n\n".join(
        [
            "# Scopes",
            _INTRODUCTION,
            table(("scope", "opens", "claims", "sensitivity", "legal basis", "least acr"), rows),
        ]
    )


def _row(scope: Scope) -> tuple[str, ...]:
    return (
        f"`{scope.name}`",
        scope.meaning,
        ", ".join(f"`{claim}`" for claim in scope.claims),
        scope.sensitivity.value,
        _BASES[scope.default_basis],
        f"`{scope.minimum_acr}`",
    )
