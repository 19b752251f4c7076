"""Words a shell completes, and what a command says that is given wrong ones."""

import shutil
import subprocess

import pytest

from tests.processes import HPID
from tests.server import Installation

pytestmark = pytest.mark.network


def _completes(installation: Installation, *words: str) -> list[str]:
    ran = installation.hpid(
        _HPID_COMPLETE="complete_bash", COMP_WORDS=" ".join(("hpid", *words)), COMP_CWORD=str(len(words))
    )
    assert ran.status == 0, ran.err
    return ran.out.split()


def test_the_shell_completes_nouns_verbs_and_options(empty: Installation) -> None:
    assert _completes(empty, "cl") == ["clients"]
    assert _completes(empty, "keys", "ro") == ["rotate"]
    assert "--overlap-hours" in _completes(empty, "clients", "rotate-secret", "--ov")


def test_completion_can_be_installed(empty: Installation) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        (bash, "-c", '"$@" --show-completion; exit $?', bash, *HPID),
        env=empty.environment(SHELL=bash),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "_HPID_COMPLETE=complete_bash" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("keys", "list", "--all"), "No such option: --all"),
        (("keys", "melt"), "No such command 'melt'"),
        (("people", "lock", "x"), "Missing option '--reason'"),
        (("clients", "add", "x", "--name", "X", "--redirect-uri", "y", "--profile", "z"), "'--profile'"),
    ],
)
def test_a_word_no_command_takes_is_named(empty: Installation, words: tuple[str, ...], said: str) -> None:
    ran = empty.hpid(*words)
    assert ran.status == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_help_lists_every_noun(empty: Installation) -> None:
    told = empty.hpid("--help").out
    for noun in ("init", "migrate", "serve", "worker", "keys", "clients", "people", "consents", "sessions"):
        assert f"  {noun} " in told
