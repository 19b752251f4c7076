"""Each import contract of pyproject.toml is kept, and breaks when a violation is planted in a copy.

All violations are planted at once, each in a file of its own name, since a run of the linter reads the whole source.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT

PACKAGES = ("idp", "federation", "keys", "resource_server", "demo", "migrations")
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

PLANTED = [
    ("layers", "idp/citizen/planted_a.py", "import idp.endpoints"),
    ("layers", "idp/endpoints/planted_b.py", "import idp.citizen"),
    ("layers", "idp/people/planted_c.py", "import idp.edge"),
    ("layers", "idp/protocol/planted_d.py", "import idp.people.model"),
    ("layers", "idp/planted_e.py", ""),
    ("provider-bag", "idp/people/planted_f.py", "import idp.provider"),
    ("stores-apart", "idp/planted_one/store.py", "import idp.planted_two.store"),
    ("stores-behind-tx", "idp/citizen/planted_g.py", "import idp.planted_two.store"),
    ("models-pure", "idp/planted_one/model.py", "import sqlalchemy"),
    ("models-pure", "idp/planted_two/model.py", "import idp.planted_two.rows"),
    ("protocol-pure", "idp/protocol/planted_h.py", "import httpx"),
    ("protocol-pure", "idp/protocol/planted_i.py", "import idp.clock"),
    ("federation-apart", "federation/planted_j.py", "import idp.settings"),
    ("national-mock-alone", "federation/planted_k.py", "import federation.national_mock"),
    ("demo-by-cli", "idp/worker_planted.py", "import demo"),
    ("keys-alone", "keys/planted_l.py", "from idp import clock"),
    ("resource-server-alone", "resource_server/planted_m.py", "import keys"),
]


def _copy(folder: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=lambda _, names: [n for n in names if n == "__pycache__"]
        )
    shutil.copy(ROOT / "pyproject.toml", folder)


def _add_features(folder: Path) -> None:
    for name in ("one", "two"):
        feature = folder / "idp" / f"planted_{name}"
        feature.mkdir()
        (feature / "__init__.py").touch()
        (feature / "store.py").touch()
        (feature / "rows.py").write_text("import sqlalchemy\n")


def _broken(folder: Path) -> dict[str, str]:
    """Return what import-linter says of each contract that is broken, by its name."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "200", "NO_COLOR": "1"},
    )
    output = done.stdout + done.stderr
    assert "Contracts:" in output, output
    summary, _, details = output.partition("Broken contracts\n")
    names = re.findall(r"^(.+) BROKEN", summary, re.MULTILINE)
    assert bool(names) == bool(done.returncode), output
    sections = re.split(r"^(.+)\n-{4,}\n", details, flags=re.MULTILINE)
    said = dict(zip(sections[1::2], sections[2::2], strict=True))
    return {name: said[name] for name in names}


def test_every_contract_is_kept() -> None:
    assert _broken(ROOT) == {}


@pytest.fixture(scope="module")
def broken_by_plants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("planted")
    _copy(folder)
    _add_features(folder)
    for _, path, line in PLANTED:
        (folder / path).write_text(f"{line}\n")
    return _broken(folder)


@pytest.mark.parametrize(("contract", "path", "line"), PLANTED)
def test_a_planted_import_breaks_its_contract(
    contract: str, path: str, line: str, broken_by_plants: dict[str, str]
) -> None:
    module = path.removesuffix(".py").replace("/", ".")
    imported = line.removeprefix("from ").removeprefix("import ").replace(" import ", ".")
    found = f"{module} -> {imported} (l.1)" if line else f"- {module}\n"

    assert found in broken_by_plants[CONTRACTS[contract]]


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)
