"""docs/reference/nist.md: every row of the guideline has a state, and what it names is there."""

import ast
import re
from dataclasses import dataclass

import pytest

from tests.architecture.source_tree import ROOT, source_of

ROWS = 43
_PAGE = "docs/reference/nist.md"
_LINE = re.compile(r"\| (?P<row>[0-9]+) \| (?P<asks>[^|]+) \| (?P<state>[^|]+) \| (?P<where>[^|]+) \|")
_TEST = re.compile(r"`(tests/[^`]+)`")
_LINK = re.compile(r"\]\(([^)#]+)")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    number: int
    state: str
    where: str


def read(text: str) -> list[Row]:
    return [
        Row(number=int(found["row"]), state=found["state"], where=found["where"])
        for found in map(_LINE.fullmatch, text.splitlines())
        if found is not None
    ]


def missing(row: Row) -> list[str]:
    """Return what a row lacks for the state it claims."""
    tests, links = _TEST.findall(row.where), _LINK.findall(row.where)
    faults = [f"{row.number}: {test} is not there" for test in tests if not _is_there(test)]
    faults += [
        f"{row.number}: {link} is not there" for link in links if not (ROOT / _PAGE).with_name(link).is_file()
    ]
    if row.state not in {"automated", "explained", "open"}:
        faults.append(f"{row.number}: no state")
    if row.state == "automated" and not tests:
        faults.append(f"{row.number}: no test")
    if row.state == "explained" and not links:
        faults.append(f"{row.number}: no page")
    if row.state == "open" and len(_TEST.sub("", row.where).split()) < 3:
        faults.append(f"{row.number}: what is missing is not said")
    return faults


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return False
    tree = ast.parse(source_of(path))
    return not name or any(isinstance(node, _FUNCTIONS) and node.name == name for node in ast.walk(tree))


def test_every_row_stands_once_in_order_with_what_its_state_needs() -> None:
    rows = read(source_of(_PAGE))
    assert [row.number for row in rows] == list(range(1, ROWS + 1))
    assert [fault for row in rows for fault in missing(row)] == []


WISHES = frozenset({2, 12, 13})
"""Rows of which the guideline says should or may, and nothing more."""
UNDER_WAY = frozenset({29, 31, 33, 34})
"""Rows of which a part is not built yet."""


def test_at_most_five_are_explained_and_of_what_shall_be_only_the_third_level_of_federation() -> None:
    rows = {row.number: row.state for row in read(source_of(_PAGE))}
    explained = {number for number, state in rows.items() if state == "explained"}
    assert len(explained) <= 5
    assert explained - WISHES <= {39}
    assert {number for number, state in rows.items() if state == "open"} <= UNDER_WAY


@pytest.mark.parametrize(
    ("state", "where"),
    [
        ("automated", "nothing"),
        ("automated", "`tests/architecture/test_nist.py::test_that_was_never_written`"),
        ("automated", "`tests/architecture/test_never.py`"),
        ("explained", "in our heads"),
        ("explained", "[a page](never.md)"),
        ("open", "`tests/architecture/test_nist.py`"),
        ("done", "`tests/architecture/test_nist.py`"),
    ],
)
def test_a_row_that_claims_too_much_is_found(state: str, where: str) -> None:
    (row,) = read(f"| 1 | something | {state} | {where} |")
    assert missing(row)
