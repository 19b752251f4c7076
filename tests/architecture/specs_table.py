"""The tables of docs/specs.md: a row per thing that a spec names and we offer, with its test."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = ("id", "spec", "section", "what", "file", "test", "status")
STATUSES = ("done", "partial", "planned")
_TICKS = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; `files` and `tests` are what stands there in backticks."""

    id: str
    spec: str
    section: str
    what: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    status: str


def read_rows(text: str) -> list[Row]:
    """Return the rows of every table that has exactly these columns."""
    rows = []
    inside = False
    for line in text.splitlines():
        cells = (
            tuple(cell.strip() for cell in line.strip().strip("|").split("|")) if line.startswith("|") else ()
        )
        if cells == COLUMNS:
            inside = True
        elif not cells:
            inside = False
        elif inside and not set(line) <= set("|-: "):
            if len(cells) != len(COLUMNS):
                raise ValueError(f"docs/specs.md: {len(cells)} cells instead of {len(COLUMNS)}: {line}")
            rows.append(_row(cells))
    return rows


def _row(cells: tuple[str, ...]) -> Row:
    name, spec, section, what, files, tests, status = cells
    return Row(
        id=name.strip("`"),
        spec=spec,
        section=section,
        what=what,
        files=tuple(_TICKS.findall(files)),
        tests=tuple(_TICKS.findall(tests)),
        status=status,
    )


def rows_not_proved(rows: Iterable[Row], *, passed: set[str], others: set[str]) -> list[str]:
    """Return a sentence for each named test that did not pass, in all its parameters, in this run."""
    found = []
    for row in rows:
        if row.status.startswith("planned"):
            continue
        for test in row.tests:
            proved = any(_is(test, nodeid) for nodeid in passed)
            if not proved or any(_is(test, nodeid) for nodeid in others):
                found.append(f"{row.id}: {test} did not run and pass")
    return found


def _is(test: str, nodeid: str) -> bool:
    return nodeid == test or nodeid.startswith((f"{test}[", f"{test}::"))
