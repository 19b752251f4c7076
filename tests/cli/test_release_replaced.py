"""A node goes on as the release it was started as while the next one is installed in its place."""

import shutil
from pathlib import Path

import httpx
import pytest

from tests.processes import ROOT
from tests.server import Installation, Node, free_ports, serving

pytestmark = pytest.mark.network


def test_pages_are_those_of_the_release_that_runs(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    for package in ("idp", "federation", "keys", "migrations"):
        leave_out = shutil.ignore_patterns("__pycache__", "national_mock")
        shutil.copytree(ROOT / package, installed / package, ignore=leave_out)
    installation = Installation(
        folder=tmp_path / "state",
        port=free_ports(1)[0],
        settings={"PYTHONPATH": str(installed)},
        forked=False,
    )
    installation.prepare()
    node = Node(installation)
    with serving(node):
        for page in installed.rglob("*.html"):
            page.unlink()
        told = {
            path: httpx.get(f"{node.url}{path}", trust_env=False).status_code
            for path in ("/", "/account", "/sign-in?i=x", "/authorize", "/help", "/nothing")
        }
        assert {status for status in told.values() if status >= 500} == set(), told
        assert not node.complaints()
