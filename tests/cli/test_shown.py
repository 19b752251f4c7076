"""What commands show fits the terminal, or is shown line by line: what must be copied is never broken into pieces."""

import re
from dataclasses import replace
from importlib.metadata import version

import pytest

from migrations.run import head
from tests.cli.conftest import Office
from tests.server import Installation

pytestmark = pytest.mark.network


def test_on_a_narrow_terminal_ids_stay_in_one_piece(office: Office) -> None:
    hpid = replace(office.installation, forked=False).hpid  # the width is read when a process begins
    keys = hpid("keys", "list", "--json").json
    listed = hpid("keys", "list", COLUMNS="80").out
    for key in keys:
        assert f"kid          {key['kid']}\n" in listed
    shown = hpid("clients", "show", office.rp.client_id, COLUMNS="40").out
    assert office.rp.redirect_uri in shown


def test_on_a_wide_one_there_is_a_line_for_each(office: Office) -> None:
    hpid = replace(office.installation, forked=False).hpid
    lines = hpid("keys", "list", COLUMNS="250").out.splitlines()
    for key in hpid("keys", "list", "--json").json:
        (line,) = [line for line in lines if key["kid"] in line]
        assert key["alg"] in line
        assert key["state"] in line


def test_a_moment_is_written_alike_for_people_and_for_programs(office: Office) -> None:
    hpid = office.installation.hpid
    added = ("clients", "add", "moments", "--name", "Thử", "--redirect-uri", "https://moments.example/cb")
    given = ("--law", "thử nghiệm", "--purpose", "thử nghiệm")
    shown = hpid(*added, *given, COLUMNS="250").out
    rotated = hpid("clients", "rotate-secret", "moments", "--json").json
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"

    assert re.search(rf"client_secret_expires_at\W+{moment}\s", shown)
    assert re.fullmatch(moment, rotated["expires_at"])


def test_it_says_its_release_before_anything_is_set_up(empty: Installation) -> None:
    empty.folder.mkdir(parents=True)
    shown = empty.hpid("--version")
    assert (shown.status, shown.out) == (0, f"hpid {version('haiphong-id')}, schema {head()}\n")
