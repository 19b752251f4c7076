"""Who runs a command: the account that logged in; what takes two pairs of hands takes two of them (SECURITY G02)."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from idp.cli.context import operator
from tests.processes import ROOT

_LOGIN = Path("/proc/self/loginuid")
_ASKED = (
    "import sys; sys.path.insert(0, sys.argv[1]); from idp.cli.context import operator; print(operator())"
)


def test_it_is_who_logged_in_and_never_who_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    login = int(_LOGIN.read_text()) if _LOGIN.exists() else 2**32 - 1
    account = pwd.getpwuid(os.getuid() if login == 2**32 - 1 else login).pw_name
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER", "SUDO_UID"):
        monkeypatch.setenv(name, "somebody-else")
    assert operator() == f"operator:{account}"


@pytest.mark.skipif(
    os.getuid() != 0 or not os.access(_LOGIN, os.W_OK), reason="only who may log others in can try it"
)
@pytest.mark.parametrize(("uid", "name"), [(65534, "nobody"), (1, "daemon"), (4_000_000, "4000000")])
def test_whoever_logged_in_stays_that_account_as_root(uid: int, name: str) -> None:
    ran = subprocess.run(
        ["sh", "-c", f'echo {uid} > {_LOGIN} && exec "$0" -c "$1" "$2"', sys.executable, _ASKED, str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.stdout == f"operator:{name}\n", ran.stderr
