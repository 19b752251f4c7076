"""The page of every `error_description` and its fix: descriptions are read from the source, fixes from errors.toml.

A description without a fix, and a fix whose description is gone, is an error: tests/architecture/test_docs.py.
"""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from docs.generators.texts import table
from idp.protocol import errors

PATH = "docs/reference/errors.md"
ROOT = Path(__file__).resolve().parents[2]
FIXES = Path(__file__).with_name("errors.toml")
_INTRODUCTION = (
    "Every `error_description` this provider answers with, under its `error`, and what a relying party's developer does"
    " about it. An ellipsis (`…`) stands for what the request decides, mostly a parameter's name. The `txn` of a page"
    " and the log line of the same `txn` say more to an operator; what a description leaves out would help an attacker."
)
_CODES: Mapping[str, str] = {
    name: kind.error
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.ProtocolError)
}


def descriptions() -> dict[str, set[str]]:
    """Return `error` → descriptions, from every place in the source that makes such an error."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "idp").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = dict(_constants(tree))
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _CODES:
                    found[_CODES[name]].update(filter(None, [_text(first, constants)]))
    return found


def fixes() -> Mapping[str, Mapping[str, str]]:
    """Return `error` → description → fix."""
    return tomllib.loads(FIXES.read_text(encoding="utf-8"))


def page() -> str:
    """Return the page."""
    known = fixes()
    parts = ["# Errors", _INTRODUCTION]
    for error, texts in sorted(descriptions().items()):
        rows = [(text, known.get(error, {}).get(text, "")) for text in sorted(texts)]
        parts += [f"## `{error}`", table(("error_description", "fix"), rows)]
    return "\n\n".join(parts)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield from (
                (target.id, node.value.value) for target in node.targets if isinstance(target, ast.Name)
            )


def _text(node: ast.expr | None, constants: Mapping[str, str]) -> str | None:
    """Return what a first argument says, with an ellipsis for what only the request decides."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return constants.get(name)
        case ast.JoinedStr(values=values):
            return "".join(_text(value, constants) or "…" for value in values)
        case ast.BinOp(left=left, right=right):
            return (_text(left, constants) or "…") + (_text(right, constants) or "…")
        case _:
            return None


def without_fix() -> list[str]:
    """Return what has no fix, and fixes of what nobody says any more."""
    said = {(error, text) for error, texts in descriptions().items() for text in texts}
    fixed = {(error, text) for error, texts in fixes().items() for text in texts}
    return sorted(f"{error}: {text}" for error, text in said ^ fixed)
