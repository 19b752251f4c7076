"""scripts/proof: a report names one commit, is resumed, and refuses a tree with changes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo.run.options import ROOT

PASSES = "def main(): return 0\n\nif __name__ == '__main__': raise SystemExit(main())\n"
FAILS = PASSES.replace("return 0", "return 111")
"""Of another length: Python takes a compiled copy for current whose source had this size in this second."""

DRAWS = """
from tests.proof._seed import seeds

def main(): return list(seeds(3)) == []

if __name__ == '__main__': raise SystemExit(main())
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository that holds the frame and two items, one of which fails."""
    folder = tmp_path / "tests" / "proof"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "__main__.py", "_machine.py", "_seed.py"):
        shutil.copy(ROOT / "tests" / "proof" / name, folder)
    (folder / "holds.py").write_text(PASSES)
    (folder / "wavers.py").write_text(FAILS)
    (tmp_path / ".gitignore").write_text("/proof/\n__pycache__/\n")
    _git(tmp_path, "init", "--quiet")
    _commit(tmp_path)
    return tmp_path


def _git(tree: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    done = subprocess.run(
        ("git", *identity, *arguments), cwd=tree, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _commit(tree: Path) -> None:
    _git(tree, "add", "--all")
    _git(tree, "commit", "--quiet", "--message", "a change")


def _prove(tree: Path, *names: str) -> "subprocess.CompletedProcess[str]":
    command = (sys.executable, "-m", "tests.proof", *names)
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def _report(tree: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((tree / "proof" / "report.json").read_text())
    assert report["commit"] == _git(tree, "rev-parse", "HEAD")
    return report


def _results(tree: Path) -> dict[str, str]:
    return {name: item["result"] for name, item in _report(tree)["items"].items()}


def test_every_item_is_run_and_reported_for_the_commit(tree: Path) -> None:
    done = _prove(tree)

    assert done.returncode == 1
    assert _results(tree) == {"holds": "passed", "wavers": "failed"}
    assert "1 of 2 items passed" in done.stdout


def test_what_passed_is_not_run_again(tree: Path) -> None:
    _prove(tree)

    done = _prove(tree)

    assert "holds ..." not in done.stdout
    assert "wavers ..." in done.stdout


def test_another_commit_starts_anew(tree: Path) -> None:
    _prove(tree)
    (tree / "tests" / "proof" / "wavers.py").write_text(PASSES)
    _commit(tree)

    done = _prove(tree)

    assert "holds ..." in done.stdout
    assert done.returncode == 0
    assert _results(tree) == {"holds": "passed", "wavers": "passed"}


@pytest.mark.parametrize(("name", "status", "result"), [("holds", 0, "passed"), ("wavers", 1, "failed")])
def test_one_item_can_be_named_and_the_status_is_its_own(
    tree: Path, name: str, status: int, result: str
) -> None:
    done = _prove(tree, name)

    assert done.returncode == status
    assert _results(tree) == {name: result}


def test_a_report_tells_what_it_was_made_on_and_drawn_with(tree: Path) -> None:
    (tree / "tests" / "proof" / "holds.py").write_text(DRAWS)
    _commit(tree)

    _prove(tree, "holds", "--seed", "7")
    _prove(tree, "wavers")

    report = _report(tree)
    assert set(report["machine"]) == {"cpu", "cores", "memory_mib", "kernel", "python"}
    assert report["machine"]["cores"] > 0
    assert report["items"]["holds"]["seeds"] == [7, 8, 9]
    assert report["items"]["wavers"]["seeds"] == []


def test_seeds_not_given_are_drawn_anew_and_kept(tree: Path) -> None:
    (tree / "tests" / "proof" / "holds.py").write_text(DRAWS)
    _commit(tree)

    done = _prove(tree, "holds")

    first, *_ = _report(tree)["items"]["holds"]["seeds"]
    assert f"seed {first}\n" in done.stdout


def test_a_tree_with_changes_is_refused(tree: Path) -> None:
    (tree / "new.py").touch()

    done = _prove(tree)

    assert done.returncode == 2
    assert "commit first" in done.stderr
    assert not (tree / "proof").exists()


def test_an_item_that_is_not_there_is_refused_with_those_that_are(tree: Path) -> None:
    done = _prove(tree, "nothing")

    assert done.returncode == 2
    assert "holds, wavers" in done.stderr
