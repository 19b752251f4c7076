"""The page of every scope, from `idp/protocol/scopes.py`."""

from docs.generators.texts import table
from idp.protocol.machine_scopes import MACHINE_SCOPES
from idp.protocol.scopes import SCOPES, LegalBasis, Scope

PATH = "docs/reference/scopes.md"
_INTRODUCTION = (
    "What a relying party can ask for. A client gets only the scopes registered for it, each with its legal"
    " basis; tokens with a `personal` scope live 60 seconds. A name that is not among them is refused (`invalid_scope`),"
    " known or not: OpenID Connect Core §3.1.2.1 would rather have unknown ones passed over, but then nobody would learn"
    " of a slip of the pen."
)
_OF_MACHINES = (
    "What a client can ask for on its own behalf (`client_credentials`). None opens data about a person, and none can"
    " be asked for when somebody signs in. A client gets only those registered for it, at audiences registered for it."
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
            "## Of machines",
            _OF_MACHINES,
            table(("scope", "opens"), [(f"`{one.name}`", one.meaning) for one in MACHINE_SCOPES.values()]),
        ]
    )


def _row(scope: Scope) -> tuple[str, ...]:
    return (
        f"`{scope.name}`",
        f"{scope.meaning} Never for an archive." if scope.writes else scope.meaning,
        ", ".join(f"`{claim}`" for claim in scope.claims),
        scope.sensitivity.value,
        _BASES[scope.default_basis],
        f"`{scope.minimum_acr}`",
    )
