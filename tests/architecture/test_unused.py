"""Whatever the product defines it uses: what only a test calls proves nothing of the product."""

import ast
import re
from collections import Counter
from functools import cache

import pytest

from tests.architecture.source_tree import OURS, ROOT, python_files, source_of, tree_of

_READERS = ("idp", "federation", "keys", "resource_server", "demo", "migrations", "bench", "scripts", "docs")
_READ = {".py", ".html", ".toml", ".sh", ".txt", ""}
_KEPT_BY_DECORATOR = re.compile(r"dataclass|cache|contextmanager|asynccontextmanager|unique")
"""Whatever else decorates a function puts it to use: a command, a hook, a handler."""

_STORE = re.compile(r"(^|/)store(/|\.py$)")
"""Elsewhere a library may call a method; what a store can do is for us alone."""


@cache
def _words() -> Counter[str]:
    """How often each word stands in the product, its pages and its tools."""
    found: Counter[str] = Counter()
    for folder in _READERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in _READ and path.is_file() and "__pycache__" not in path.parts:
                found.update(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="ignore")))
    return found


def _defined(source: str) -> list[str]:
    """Return the names that a module defines and no decorator puts to use."""
    names: list[str] = []
    for node in tree_of(source).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                put_to_use = [
                    one for one in map(ast.unparse, node.decorator_list) if not _KEPT_BY_DECORATOR.search(one)
                ]
                names += [] if put_to_use else [node.name]
            case ast.Assign(targets=targets):
                names += [one.id for one in targets if isinstance(one, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.append(name)
            case _:
                pass
    return [name for name in names if not name.startswith("__")]


def _methods(source: str) -> list[str]:
    """Return the names of public methods of a module's classes."""
    classes = [node for node in tree_of(source).body if isinstance(node, ast.ClassDef)]
    members = [member for one in classes for member in one.body]
    functions = [one for one in members if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [one.name for one in functions if not one.name.startswith("_")]


def _unused(path: str, source: str) -> list[str]:
    names = [*_defined(source), *(_methods(source) if _STORE.search(path) else [])]
    return [f"{path}: {name}" for name in names if _words()[name] < 2]


def _left_over(path: str, source: str) -> list[str]:
    """Return the names that are a module's own and that it defines in vain: another module may have one called alike."""
    own = [name for name in _defined(source) if name.startswith("_")]
    return [f"{path}: {name}" for name in own if len(re.findall(rf"\b{name}\b", source)) < 2]


def test_nothing_is_defined_that_nothing_uses() -> None:
    files = python_files("idp", "federation", "keys")
    assert [one for path in files for one in _unused(path, source_of(path))] == []


def test_nothing_is_left_over_in_a_module() -> None:
    files = python_files(*OURS, "tests")
    assert [one for path in files for one in _left_over(path, source_of(path))] == []
    assert _left_over("x.py", "_words = 1\n_used = 2\nprint(_used)\n") == ["x.py: _words"]


def _helpers(source: str) -> list[str]:
    """Return what a file of the tests defines for others, fixtures too; what pytest finds by its name is no helper."""
    names: list[str] = []
    for node in tree_of(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            put_to_use = [one for one in map(ast.unparse, node.decorator_list) if "autouse" in one]
            names += [] if put_to_use else [node.name]
    return [name for name in names if not re.match(r"_|test_|Test|pytest_", name)]


def test_no_helper_or_fixture_of_the_tests_is_left_over() -> None:
    sources = {path: source_of(path) for path in python_files("tests")}
    words = Counter(word for source in sources.values() for word in re.findall(r"\w+", source))

    assert [
        f"{path}: {name}" for path, source in sources.items() for name in _helpers(source) if words[name] < 2
    ] == []
    assert _helpers("def quite(): ...\n@pytest.fixture(autouse=True)\ndef all(): ...\ndef test_x(): ...") == [
        "quite"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "def quite_forgotten(): ...",
        "QUITE_FORGOTTEN = 1",
        "@dataclass(frozen=True)\nclass QuiteForgotten: ...",
    ],
)
def test_what_is_forgotten_is_noticed(source: str) -> None:
    assert len(_unused("x.py", source)) == 1


def test_what_a_store_can_do_and_nobody_asks_of_it_is_noticed() -> None:
    source = "class ClientStore:\n    def quite_forgotten(self): ..."
    assert _unused("idp/clients/store/clients.py", source) == [
        "idp/clients/store/clients.py: quite_forgotten"
    ]
    assert _unused("federation/national_mock/clients.py", source.replace("ClientStore", "cached")) == []


def test_a_command_is_used_by_being_one() -> None:
    assert _unused("x.py", "@app.command()\ndef quite_forgotten(): ...") == []
