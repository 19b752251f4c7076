"""Where comments lead: `DESIGN 5.6`, `SECURITY B01–B03`, `PAGES §3.1.7` and their like, and what the pages number."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from tests.architecture.source_tree import OURS, ROOT, python_files, source_of, tree_of

CITED = {
    "DESIGN": "docs/explanation/architecture.md",
    "DOMAIN": "docs/explanation/domain.md",
    "PAGES": "docs/explanation/pages.md",
    "STYLE": "docs/explanation/style.md",
    "SECURITY": "docs/reference/attacks.md",
    "PROTOCOL": "docs/reference/conformance.md",
    "SP 800-63B-4": "docs/reference/sp-800-63b-4.md",
    "SP 800-63B": "docs/reference/sp-800-63b-4.md",
}
"""The name that comments use → the page."""

_SUFFIXES = (".py", ".html", ".css", ".js", ".yaml", ".toml")
_ID = r"(?:[A-HR][0-9]{2}|I[0-9]{1,2})"
_ITEM = rf"(?:§?[0-9]+(?:\.[0-9]+)*|{_ID})(?![0-9A-Za-z])"
_LIST = rf"{_ITEM}(?:(?:, | and |–){_ITEM})*"
_BY_NAME = re.compile(
    rf"\b(?P<name>{'|'.join(map(re.escape, CITED))})(?:\.md)? (?:rules? |journeys )?(?P<items>{_LIST})"
)
_BY_ROW = re.compile(rf"\brows? (?P<items>{_ID}(?:(?:, | and ){_ID})*)\b")
_BY_ID = re.compile(r"# (?P<items>[A-HR][0-9]{2})\b")
_SEPARATOR = re.compile(r", | and ")
_HEADING = re.compile(r"#+ (?P<number>[0-9]+(?:\.[0-9]+)*)\.? ")
_LISTED = re.compile(r"(?P<number>[0-9]+)\. ")
_ROW = re.compile(rf"\| (?P<id>{_ID}|[0-9]+) \|")


def citing_files() -> list[str]:
    """Return the files whose comments may cite."""
    folders = (*OURS, "tests", "docs", "scripts")
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in _SUFFIXES)
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in (*found, ROOT / "pyproject.toml")
        if "__pycache__" not in path.parts
    )


def cited(text: str) -> Iterator[tuple[str, str]]:
    """Yield each cited (name, number); a range yields all it spans."""
    for match in _BY_NAME.finditer(text):
        for item in _items(match["items"]):
            yield "SECURITY" if item[0].isalpha() else match["name"], item  # an id is a row, whoever is named
    for pattern in (_BY_ROW, _BY_ID):
        for match in pattern.finditer(text):
            yield from (("SECURITY", item) for item in _items(match["items"]))


def anchors(page: str) -> set[str]:
    """Return what a page has numbers for: headings, numbered points below them, and rows of tables."""
    found: set[str] = set()
    section = ""
    for line in page.splitlines():
        if heading := _HEADING.match(line):
            section = heading["number"]
            found.add(section)
        elif line.startswith("#"):
            section = ""
        elif point := _LISTED.match(line):
            found.add(f"{section}.{point['number']}" if section else point["number"])
        elif row := _ROW.match(line):
            found.add(row["id"])
    return found


def unresolved(path: str, text: str) -> list[str]:
    """Return the citations of a file that lead nowhere."""
    return [
        f"{path}: {name} {number}"
        for name, number in cited(text)
        if number not in anchors(source_of(CITED[name]))
    ]


def _items(text: str) -> Iterator[str]:
    for part in _SEPARATOR.split(text.replace("§", "")):
        first, _, last = part.partition("–")
        yield from _span(first, last) if last else (first,)


def _span(first: str, last: str) -> Iterator[str]:
    """Yield everything from `B01` to `B03`, from `3.1.1` to `3.1.4`."""
    stem = re.sub(r"[0-9]+$", "", first)
    width = len(first) - len(stem)
    for number in range(int(first.removeprefix(stem)), int(last.removeprefix(stem)) + 1):
        yield f"{stem}{number:0{width}}"


_FILE = re.compile(r"(?<![\w./<…-])(?:[\w.-]+/)*\w+\.py\b")


def lost_files(path: str, source: str) -> list[str]:
    """Return the files that comments and docstrings of a module name, by path or name alone, and that are not there."""
    if ".py" not in source:
        return []
    named = (name for words in _said(source) for name in _FILE.findall(words))
    return [f"{path}: {name}" for name in named if not _is_there(name, PurePosixPath(path).parent)]


def _said(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(tree_of(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.value.value


def _is_there(name: str, folder: PurePosixPath) -> bool:
    if "/" not in name:
        return name in _names()
    return any((ROOT / start / name).exists() for start in ("", "idp", folder))


@cache
def _names() -> frozenset[str]:
    return frozenset(PurePosixPath(path).name for path in python_files(*OURS, "tests", "docs", "scripts"))
