"""Every write of the account's pages passes their guard (idp/citizen/guard.py): none can forget it (adr/0048)."""

import ast
import inspect
from collections.abc import Iterator

import pytest

from idp.citizen import account
from idp.citizen.routing import ADDRESSES
from tests.architecture.source_tree import imports_of, python_files, source_of, tree_of

_WRITES = {"transact", "append", "add"}
_PAGES = python_files("idp/citizen")


def _asks_who_is_there(path: str, source: str) -> bool:
    asking = {"idp.citizen.account.holder_of", "idp.citizen.account.Holder"}
    return any(one.module in asking for one in imports_of(path, source))


def _beside_the_guard(path: str, source: str) -> Iterator[str]:
    """Yield what a page of the account writes by any other way than its holder's."""
    if not _asks_who_is_there(path, source):
        return
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Attribute) and node.attr in _WRITES and _last_name(node.value) == "database":
            yield f"{path}:{node.lineno} writes by the database itself, not by its holder"
        if isinstance(node, ast.Attribute) and node.attr == "transact" and _last_name(node.value) != "holder":
            yield f"{path}:{node.lineno} calls a transact that is not its holder's"


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def test_no_page_of_the_account_writes_beside_the_guard() -> None:
    assert [one for path in _PAGES for one in _beside_the_guard(path, source_of(path))] == []


def test_every_form_of_the_account_asks_who_is_there() -> None:
    forms = {
        path: methods["POST"]
        for path, methods in ADDRESSES.items()
        if "POST" in methods and (path.startswith("/account/") or path == "/recover/renew")
    }
    assert len(forms) > 25
    for path, page in forms.items():
        file = str(inspect.getsourcefile(page)).rpartition("/idp/")[2]
        asks = _asks_who_is_there(f"idp/{file}", source_of(f"idp/{file}"))
        assert asks or page is account.start, f"{path} lets anybody in"


@pytest.mark.parametrize(
    "written",
    [
        "await call.provider.database.transact(work)",
        "await database.transact(work)",
        "await provider.database.append(statement, row)",
        "await call.provider.database.add(work)",
        "write = call.provider.database.transact",
        "d = call.provider.database\nd.transact(work)",
    ],
)
def test_a_planted_write_beside_the_guard_is_caught(written: str) -> None:
    source = f"from idp.citizen.account import holder_of\n{written}\n"
    assert list(_beside_the_guard("idp/citizen/planted.py", source))


def test_what_the_holder_writes_passes() -> None:
    source = "from idp.citizen.account import holder_of\nawait form.holder.transact(work)\nfound.add(one)\n"
    assert list(_beside_the_guard("idp/citizen/planted.py", source)) == []
