"""What the documentation must keep: paths in backticks and links that exist, and the shape of a decision."""

import re
from collections.abc import Collection
from pathlib import Path

from tests.architecture.source_tree import OURS, ROOT

_CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_TICKS = re.compile(r"`([^`\n]+)`")
_DASHES = re.compile(r"\|[\s:|-]+\|")
_SETTING_OR_METRIC = re.compile(r"(?:HPID|hpid)_[A-Za-z0-9_…]+(?:[={][^`]*)?$")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FOLDERS = (*OURS, "tests", "docs", "deploy", "scripts", "changelog.d", ".ci")
_FILES = ("pyproject.toml", "requirements.lock", "requirements-dev.lock", "LICENSE")
_TOP = (*(f"{folder}/" for folder in _FOLDERS), *_FILES, "README.md", "CHANGELOG.md", "SECURITY.md")
_RUN_TIME = (
    "keys/master.json",
    "bench/report/",
    "bench/report/soak.json",
)  # made by running it, never committed
_DECISION = ("## Decision", "## Context", "## Consequences")


def documents() -> list[str]:
    """Return the paths of every page for people."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def dangling(path: str, text: str) -> list[str]:
    """Return what a page names, in backticks or as a link, that does not exist."""
    prose = _CODE_BLOCK.sub("", text)
    named = [name for name in _TICKS.findall(prose) if name.startswith(_TOP) and name not in _RUN_TIME]
    links = [
        link for link in _LINK.findall(prose) if "://" not in link and not link.startswith(("#", "mailto:"))
    ]
    folder = (ROOT / path).parent
    missing = [name for name in named if not _exists(name)]
    return missing + [link for link in links if not (folder / link.partition("#")[0]).exists()]


def _exists(name: str) -> bool:
    file, _, test = name.partition(" ")[0].partition("::")
    if any(mark in file for mark in "*?"):
        return any(ROOT.glob(file))
    path = ROOT / file
    return path.exists() and (not test or _defines(path, test.partition("[")[0]))


def _defines(path: Path, test: str) -> bool:
    names = test.split("::")
    text = path.read_text(encoding="utf-8")
    return all(
        re.search(rf"^\s*(?:async def|def|class) {re.escape(name)}\b", text, re.MULTILINE) for name in names
    )


def unknown_names(text: str, *, known: Collection[str]) -> list[str]:
    """Return the settings and metrics that a page names in backticks and that are not there."""
    named = [name for name in _TICKS.findall(_CODE_BLOCK.sub("", text)) if _SETTING_OR_METRIC.match(name)]
    whole = [name.partition("=")[0].partition("{")[0] for name in named if "…" not in name]
    return [name for name in whole if name not in known]


def broken_tables(text: str) -> list[str]:
    """Return rows that a page shows as bare text: of a table without its line of dashes, or cut off by an empty line."""
    lines = _CODE_BLOCK.sub("", text).splitlines()
    starts = [
        at for at, line in enumerate(lines) if _is_row(line) and (at == 0 or not _is_row(lines[at - 1]))
    ]
    return [lines[at] for at in starts if not _DASHES.fullmatch("".join(lines[at + 1 : at + 2]).strip())]


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


def misshapen(text: str) -> list[str]:
    """Return what an ADR lacks: a numbered title, then Decision, Context and Consequences in this order."""
    found = [] if re.match(r"# \d{4} [–-] .+\n", text) else ["the title is not `# NNNN – …`"]
    headings = re.findall(r"^## .+$", text, re.MULTILINE)
    if tuple(heading for heading in headings if heading in _DECISION) != _DECISION or headings[:1] != [
        "## Decision"
    ]:
        found.append("sections are not Decision, Context, Consequences")
    return found
