"""The source files that the architecture tests read, and what their syntax trees say about imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
OURS = ("idp", "federation", "keys", "resource_server", "migrations", "demo", "bench")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported name: `module` is absolute, with the name taken from it where there is one."""

    module: str
    line: int

    def is_within(self, package: str) -> bool:
        """Tell whether this is `package` or something inside it."""
        return self.module == package or self.module.startswith(package + ".")


def python_files(*folders: str) -> list[str]:
    """Return the paths, from the root, of every Python file in these folders."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts)


def source_of(path: str) -> str:
    """Return the text of a file named from the root."""
    return (ROOT / path).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def tree_of(source: str) -> ast.Module:
    """Return the syntax tree of a text; one that is asked about several things in a row is parsed once."""
    return ast.parse(source)


def imports_of(path: str, source: str) -> Iterator[Import]:
    """Yield every import of a file, wherever it stands: at the top, in a function, or by `import_module`."""
    for node in ast.walk(tree_of(source)):
        match node:
            case ast.Import(names=names):
                for name in names:
                    yield Import(module=name.name, line=node.lineno)
            case ast.ImportFrom(names=names):
                package = _absolute(path, node)
                for name in names:
                    yield Import(module=f"{package}.{name.name}", line=node.lineno)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")
            ):
                if (
                    node.args
                    and isinstance(node.args[0], ast.Constant)
                    and isinstance(node.args[0].value, str)
                ):
                    yield Import(module=node.args[0].value, line=node.lineno)
            case _:
                pass


def _absolute(path: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = PurePosixPath(path).parts[: -node.level]
    return ".".join((*package, node.module)) if node.module else ".".join(package)
