"""The page and the JSON Schemas of every token, from `idp/protocol/token_profile.py` and `idp/protocol/scopes.py`."""

import json
from collections.abc import Iterator

from docs.generators.texts import table
from idp.protocol.scopes import CLAIM_SCOPE
from idp.protocol.token_profile import TOKENS, Token, schema_of

PATH = "docs/reference/token-profile.md"
_FOLDER = "docs/reference/schemas"
_INTRODUCTION = (
    "What a relying party or an API finds in our tokens, and nothing else. Sizes and order may change; names, types and"
    " meanings only with a notice 90 days ahead. Check the signature against the published keys, then `iss`, `aud`,"
    " `exp` and `typ`, then the level you need (`acr`, `ial`)."
)


def page() -> str:
    """Return the page."""
    return "\n\n".join(
        ["# Token profile", _INTRODUCTION, *(part for token in TOKENS for part in _section(token))]
    )


def files() -> Iterator[tuple[str, str]]:
    """Yield the schema files."""
    for token in TOKENS:
        yield f"{_FOLDER}/{token.name}.json", json.dumps(schema_of(token), ensure_ascii=False, indent=2)


def _section(token: Token) -> list[str]:
    lines = [f"Source: {token.source}. Schema: `{_FOLDER}/{token.name}.json`."]
    if token.typ:
        lines.append(
            f"Header: `typ` `{token.typ}`, `alg` {', '.join(f'`{alg}`' for alg in token.algorithms)}, `kid`."
        )
    rows = [
        (
            f"`{name}`",
            "sometimes" if name in token.optional else "always",
            token.claim(name).meaning,
            f"`{CLAIM_SCOPE[name].name}`" if name in CLAIM_SCOPE and name != "sub" else "",
        )
        for name in token.claims
    ]
    return [f"## {token.title}", " ".join(lines), table(("claim", "present", "meaning", "scope"), rows)]
