"""The lock files say what pyproject.toml asks for, hold no address, and stay above what advisories name."""

import json
import re
import tomllib

import pytest
from packaging.version import Version

from scripts.locks import GROUPS, asked, recorded
from tests.architecture.source_tree import ROOT, source_of

LOCKS = sorted(GROUPS)
FLOORS = {
    "starlette": "1.3.1",
    "fastapi": "0.133",
    "python-multipart": "0.0.26",
    "pyjwt": "2.15.0",
    "joserfc": "1.7.3",
    "authlib": "1.9.6",
    "jinja2": "3.1.6",
}
"""Below these versions an advisory is open (as of November 2026)."""
FORBIDDEN = {
    "passlib": "unmaintained and breaks with bcrypt 5; libpass keeps its import name",
    "python-jose": "open advisories and no release that mends them",
    "pyjwt": "joserfc is the one JOSE library",
    "jwcrypto": "joserfc is the one JOSE library",
}


def _pinned(lock: str) -> dict[str, Version]:
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", lock, re.MULTILINE)
    return {name: Version(version) for name, version in found}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_made_of_what_pyproject_asks_for(name: str) -> None:
    assert recorded(source_of(name)) == asked(source_of("pyproject.toml"), GROUPS[name])


def test_asking_for_more_makes_the_locks_stale() -> None:
    pyproject = source_of("pyproject.toml")
    more = pyproject.replace("dependencies = [", 'dependencies = [\n  "left-pad>=1",', 1)

    assert asked(more, ("build",)) != asked(pyproject, ("build",))
    assert asked(pyproject.replace("line-length = 110", "line-length = 111"), ("build",)) == asked(
        pyproject, ("build",)
    )


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address_and_every_pin_has_hashes(name: str) -> None:
    lock = source_of(name)
    pins = [block for block in re.split(r"\n(?=[a-z0-9])", lock) if "==" in block]

    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links", lock)
    assert [pin.partition(" ")[0] for pin in pins if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize("folder", ["tests/interop", "bench/peers"])
def test_a_lock_of_npm_holds_no_address_and_every_package_has_its_hash(folder: str) -> None:
    """npm writes `funding` addresses too; scripts/locks.py takes them out."""
    text = source_of(f"{folder}/package-lock.json")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}

    assert "://" not in text
    assert packages
    assert [name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []


def test_what_runs_has_the_same_versions_where_it_is_tested() -> None:
    run, dev = _pinned(source_of("requirements.lock")), _pinned(source_of("requirements-dev.lock"))

    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


@pytest.mark.parametrize("name", LOCKS)
def test_no_version_lies_below_its_floor(name: str) -> None:
    pinned = _pinned(source_of(name))

    assert {
        package: str(pinned[package])
        for package, floor in FLOORS.items()
        if package in pinned and pinned[package] < Version(floor)
    } == {}


@pytest.mark.parametrize("name", LOCKS)
def test_no_forbidden_package_is_locked(name: str) -> None:
    pinned = _pinned(source_of(name))

    assert set(pinned) & set(FORBIDDEN) == set()
    assert "libpass" in pinned


def test_the_extra_is_what_its_lock_pins() -> None:
    pyproject = tomllib.loads(source_of("pyproject.toml"))

    assert pyproject["project"]["optional-dependencies"]["otel"] == pyproject["dependency-groups"]["otel"]


def test_hpid_is_a_console_script_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["scripts"] == {"hpid": "idp.cli:main"}
    assert project["license"] == "Apache-2.0"
