"""The size budget of DESIGN §2 and the few habits that a linter has no rule for (STYLE §3)."""

import ast
from functools import cache
from statistics import quantiles
from typing import NamedTuple

import pytest

from tests.architecture.source_tree import python_files, source_of, tree_of

FOLDERS = ("idp", "federation", "keys", "resource_server", "migrations", "demo", "scripts")
FILES = python_files(*FOLDERS)
MEASURED = [
    path
    for path in FILES
    if not path.endswith("__init__.py")
    and source_of(path).count("\n") >= 10
    and not path.startswith("migrations/versions/")
]
CATCHES_ALL = {
    "idp/configuration/cache.py",
    "idp/edge/adapter.py",
    "idp/worker/loop.py",
    "keys/pkcs11/device.py",
}


class Function(NamedTuple):
    """A function and how many lines it takes, decorators left out."""

    where: str
    lines: int


class Found(NamedTuple):
    """What there is to say about the source, which is parsed once for all of it."""

    functions: list[Function]
    silent: list[str]
    swallowing: list[str]


@cache
def _found() -> Found:
    """Read every file."""
    found = Found([], [], [])
    for path in FILES:
        source = source_of(path)
        found.functions.extend(_functions(path, source))
        found.swallowing.extend(_swallows_everything(path, source) if path not in CATCHES_ALL else [])
        if source and not ast.get_docstring(tree_of(source)):
            found.silent.append(path)
    return found


def _functions(path: str, source: str) -> list[Function]:
    return [
        Function(f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _percentile(sizes: list[int], percent: int) -> float:
    return quantiles(sizes, n=100, method="inclusive")[percent - 1]


def _swallows_everything(path: str, source: str) -> list[str]:
    """Find handlers for everything that do not pass it on: undoing and raising again is not catching."""
    broad = {"Exception", "BaseException"}
    found = []
    for node in ast.walk(tree_of(source)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        names = (
            {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else broad
        )
        last = node.body[-1]
        if names & broad and not (isinstance(last, ast.Raise) and last.exc is None):
            found.append(f"{path}:{node.lineno}")
    return found


def test_a_file_holds_one_idea() -> None:
    sizes = {path: source_of(path).count("\n") for path in MEASURED}

    assert _percentile(list(sizes.values()), 50) <= 90
    assert _percentile(list(sizes.values()), 95) <= 300


def test_no_file_is_beyond_the_cap_tests_included() -> None:
    sizes = {path: source_of(path).count("\n") for path in [*FILES, *python_files("tests", "bench", "docs")]}

    assert {path: lines for path, lines in sizes.items() if lines > 400} == {}


def test_a_function_fits_a_screen() -> None:
    functions = _found().functions

    assert [function for function in functions if function.lines > 60] == []
    assert _percentile([function.lines for function in functions], 95) <= 30


def test_a_long_function_is_measured_with_its_body() -> None:
    source = "@decorated\ndef long():\n" + "    pass\n" * 61

    assert _functions("x.py", source) == [Function("x.py:2 long", 62)]


def test_every_module_says_what_it_is() -> None:
    assert _found().silent == []


def test_only_the_outermost_loops_catch_everything() -> None:
    assert _found().swallowing == []


@pytest.mark.parametrize("clause", ["Exception", "", "(ValueError, Exception) as e", "BaseException"])
def test_catching_everything_is_noticed(clause: str) -> None:
    assert _swallows_everything("x.py", f"try:\n    f()\nexcept {clause}:\n    pass\n") == ["x.py:3"]


def test_undoing_and_raising_again_is_permitted() -> None:
    assert _swallows_everything("x.py", "try:\n    f()\nexcept BaseException:\n    undo()\n    raise\n") == []
