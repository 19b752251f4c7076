"""docs/specs.md has one row per thing that the code offers: metadata, grants, client authentication, errors."""

import ast
from collections import Counter
from functools import cache

import pytest

from idp.endpoints.token import GRANTS
from idp.protocol import client_authentication, discovery, errors
from tests.architecture.source_tree import ROOT, source_of
from tests.architecture.specs_table import STATUSES, Row, read_rows, rows_not_proved
from tests.interop.steps import IN_THE_BROWSER, STEPS

ROWS = read_rows(source_of("docs/specs.md"))
DERIVED = ("discovery", "grant", "client-auth", "error")
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _offered() -> set[str]:
    document = discovery.metadata(
        "https://id.example",
        grant_types=tuple(GRANTS),
        signing_algorithms=("ES256",),
        offers_registration=True,
        offers_session_iframe=True,
    )
    return {
        *(f"discovery:{member}" for member in document),
        *(f"grant:{grant}" for grant in GRANTS),
        *(f"client-auth:{method}" for method in client_authentication.METHODS),
        *(f"error:{error.error}" for error in errors.ProtocolError.__subclasses__()),
    }


def _row(name: str, *, test: str = "tests/a.py::test_a", status: str = "done") -> Row:
    return Row(
        id=name, spec="", section="", what="", files=("idp/app/routes.py",), tests=(test,), status=status
    )


def test_the_rows_are_what_the_code_offers() -> None:
    written = {row.id for row in ROWS if row.id.partition(":")[0] in DERIVED}

    assert sorted(_offered() - written) == []
    assert sorted(written - _offered()) == []


def test_every_step_of_a_witness_has_its_row() -> None:
    written = {row.id for row in ROWS if row.id.startswith("witness:")}
    taken = {f"witness:{library}:{step.replace(' ', '-')}" for library, step in STEPS + IN_THE_BROWSER}

    assert written == taken


def test_what_is_offered_is_not_merely_planned() -> None:
    offered = _offered()

    assert [row.id for row in ROWS if row.id in offered and row.status.startswith("planned")] == []


def test_no_row_stands_twice() -> None:
    assert [name for name, count in Counter(row.id for row in ROWS).items() if count > 1] == []


def test_a_row_names_its_files_and_its_tests() -> None:
    for row in ROWS:
        assert row.status.partition(":")[0] in STATUSES, row.id
        assert row.spec, row.id
        assert row.what, row.id
        if not row.status.startswith("planned"):
            assert row.files, row.id
            assert row.tests, row.id
            assert all("::" in test for test in row.tests), row.id


def test_a_table_is_read_by_its_columns() -> None:
    text = """
| id | spec | section | what | file | test | status |
|---|---|---|---|---|---|---|
| `grant:x` | RFC 1 | §2 | it | `idp/a.py`, `idp/b.py` | `tests/a.py::test_a` | done |

| id | other |
|---|---|
| no | row |
"""
    (row,) = read_rows(text)

    assert row.id == "grant:x"
    assert row.files == ("idp/a.py", "idp/b.py")
    assert row.tests == ("tests/a.py::test_a",)


def test_a_row_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="cells"):
        read_rows("| id | spec | section | what | file | test | status |\n|---|---|\n| a | b |\n")


@pytest.mark.parametrize(
    ("passed", "others", "expected"),
    [
        ({"tests/a.py::test_a"}, set(), []),
        ({"tests/a.py::test_a[1]", "tests/a.py::test_a[2]"}, set(), []),
        (
            {"tests/a.py::test_a[1]"},
            {"tests/a.py::test_a[2]"},
            ["r: tests/a.py::test_a did not run and pass"],
        ),
        (set(), {"tests/a.py::test_a"}, ["r: tests/a.py::test_a did not run and pass"]),
        ({"tests/a.py::test_ab"}, set(), ["r: tests/a.py::test_a did not run and pass"]),
    ],
)
def test_a_row_is_proved_when_its_test_passed_in_all_its_parameters(
    passed: set[str], others: set[str], expected: list[str]
) -> None:
    assert rows_not_proved([_row("r")], passed=passed, others=others) == expected


def test_a_planned_row_needs_no_proof() -> None:
    assert rows_not_proved([_row("r", status="planned")], passed=set(), others=set()) == []


def test_the_tests_of_a_row_are_ones_that_pytest_finds() -> None:
    assert [f"{row.id}: {test}" for row in ROWS for test in row.tests if not _is_found(test)] == []


def test_a_test_named_without_its_class_is_not_found() -> None:
    rules = "tests/protocol/test_next_step.py"

    assert _is_found(f"{rules}::TestPrompt::test_login_comes_before_consent")
    assert not _is_found(f"{rules}::test_login_comes_before_consent")
    assert not _is_found("tests/nowhere/test_nothing.py::test_nothing")


def _is_found(test: str) -> bool:
    """Tell whether a node id leads to a test, class by class."""
    file, *names = test.partition("[")[0].split("::")
    if not (ROOT / file).exists():
        return False
    body = _body_of(file)
    for name in names:
        found = [node for node in body if isinstance(node, _NAMED) and node.name == name]
        if not found:
            return False
        body = found[-1].body
    return names[-1].startswith("test_")


@cache
def _body_of(file: str) -> list[ast.stmt]:
    return ast.parse(source_of(file)).body
