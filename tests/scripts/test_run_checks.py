"""What scripts/run finds out before anything starts, in one line each; what it forgets; its secrets."""

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from demo.run.checks import CannotStart, check_port, forget, take_state
from demo.run.demo_secrets import KEYS, NAMES, load_or_make


@pytest.mark.network
@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_busy_port_is_named_with_the_option_that_moves_it(
    family: socket.AddressFamily, address: str
) -> None:
    with socket.create_server((address, 0), family=family) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Port {port} \(portal\) is in use.*--port-base"):
            check_port("127.0.0.1", port, service="portal")


@pytest.mark.network
def test_a_free_port_passes_and_stays_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    check_port("127.0.0.1", port, service="portal")
    check_port("127.0.0.1", port, service="portal")


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")

    with pytest.raises(CannotStart, match="can't be written") as refused:
        take_state(tmp_path / "var" / "9100")

    assert "\n" not in str(refused.value)


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    held = take_state(tmp_path)

    with pytest.raises(CannotStart, match="Another scripts/run"):
        take_state(tmp_path)

    os.close(held)
    os.close(take_state(tmp_path))


def test_forgetting_keeps_other_demos_and_reports(tmp_path: Path) -> None:
    kept = ("9100/hpid.sqlite3", "proof/report.json", "log/portal.log", "run.lock")
    lost = (
        "hpid.sqlite3",
        "hpid.sqlite3-wal",
        "keys/master.json",
        "national/national.db",
        "demo-secrets.json",
    )
    for name in (*kept, *lost):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    forget(tmp_path)

    assert [name for name in kept if not (tmp_path / name).exists()] == []
    assert [name for name in lost if (tmp_path / name).exists()] == []


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "demo-secrets.json"

    made = load_or_make(path)

    assert set(made) == {*NAMES, *KEYS}
    assert len(set(made.values())) == len(NAMES) + len(KEYS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make(path) == made


def test_secrets_of_an_older_release_stay_and_get_the_keys_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "demo-secrets.json"
    path.write_text(json.dumps({name: name.lower() for name in NAMES}))

    made = load_or_make(path)

    assert {name: made[name] for name in NAMES} == {name: name.lower() for name in NAMES}
    assert json.loads(made["EGOV_CLIENT_KEY"])["crv"] == "P-256"
    assert load_or_make(path) == made


@pytest.mark.parametrize("content", ["", "{", "[]", '{"PORTAL_CLIENT_SECRET": "p"}'])
def test_a_damaged_secrets_file_is_said_with_the_way_out(content: str, tmp_path: Path) -> None:
    path = tmp_path / "demo-secrets.json"
    path.write_text(content)

    with pytest.raises(CannotStart, match="damaged; start again with --fresh"):
        load_or_make(path)
