"""What the wheel holds is what git holds of its packages: no template, word list, migration or picture is forgotten."""

import subprocess
import tomllib

from hatchling.builders.wheel import WheelBuilder

from tests.architecture.source_tree import ROOT, source_of

PROJECT = tomllib.loads(source_of("pyproject.toml"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def _packed() -> set[str]:
    builder = WheelBuilder(str(ROOT))
    return {file.distribution_path for file in builder.recurse_included_files()}


def test_the_wheel_holds_every_file_of_its_packages_and_no_other() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    packed = _packed()
    assert set(tracked) == packed
    assert {name.partition("/")[0] for name in packed} == set(PACKAGES)


def test_it_holds_what_is_not_python_too() -> None:
    ends = {name.rpartition(".")[2] for name in _packed()}

    assert {"html", "css", "js", "txt", "yaml", "py"} <= ends
