"""The sentences that stand under the fields of a class, and what pages make of values."""

import ast
import inspect
from collections.abc import Iterable
from datetime import timedelta

from pydantic import SecretStr


def texts_under_fields(owner: type) -> dict[str, str]:
    """Return each public field or member of a class with the text under it, empty where there is none."""
    (body,) = ast.parse(inspect.getsource(owner)).body
    if not isinstance(body, ast.ClassDef):
        raise TypeError(f"{owner} is not a class")
    found: dict[str, str] = {}
    latest = ""
    for statement in body.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                latest = name
                if not name.startswith("_") and name != "model_config":
                    found[name] = ""
            case ast.Expr(value=ast.Constant(value=str(text))) if latest in found:
                found[latest] = " ".join(text.split())
                latest = ""
            case _:
                latest = ""
    return found


def shown(value: object) -> str:
    """Return a default as the reader would write it."""
    match value:
        case None | SecretStr() | "" | ():
            return "unset"
        case bool():
            return shown(str(value).lower())
        case timedelta():
            return f"`{value.total_seconds():g}` s"
        case tuple() | list():
            return ", ".join(f"`{item}`" for item in value)
        case _:
            return f"`{value}`"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    names = list(headings)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )
