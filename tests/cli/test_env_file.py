"""`hpid.env`: settings in the state folder; the environment wins, and whatever is wrong with it is said."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from idp.env_file import NAME, UnusableEnvFile, misspelt, read_env_file, setting_names, take_env_file
from idp.risk_settings import RiskSettings
from idp.settings import Lifetimes, Settings
from tests.cli.conftest import Office
from tests.server import Installation

_SECRET = "the secret of the national system"


def write(folder: Path, text: str | bytes, *, mode: int = 0o600) -> Path:
    path = folder / NAME
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFile(Installation):
    """An installation whose environment says where it is and no more."""

    def environment(self, **changes: str) -> dict[str, str]:
        own = {"HPID_ISSUER", "HPID_PORT", "HPID_DATABASE_URL"}
        given = Installation.environment(self, **changes)
        return {name: value for name, value in given.items() if name not in own - changes.keys()}


@pytest.fixture
def by_file(made: Installation) -> ByFile:
    return ByFile(folder=made.folder, port=made.port)


@pytest.mark.network
def test_every_command_takes_settings_from_the_file_and_the_environment_wins(by_file: ByFile) -> None:
    write(by_file.folder, "HPID_ISSUER=http://localhost:9191\nHPID_LIFE_ADMIN_LINK=60\n")
    linked = by_file.hpid("admin", "bootstrap", "--json").json["link"]
    assert linked.startswith("http://localhost:9191/administrator?link=")
    linked = by_file.hpid("admin", "bootstrap", "--json", HPID_ISSUER="http://localhost:9292").json["link"]
    assert linked.startswith("http://localhost:9292/administrator?link=")
    assert by_file.hpid("init").out.splitlines()[-1] == "ready: http://localhost:9191"


@pytest.mark.network
@pytest.mark.parametrize(
    "command", [("serve",), ("worker",), ("migrate",), ("init",), ("clients", "show", "x")]
)
def test_what_is_wrong_in_the_file_stops_every_command(by_file: ByFile, command: tuple[str, ...]) -> None:
    path = write(by_file.folder, f"HPID_NATIONAL_CLIENT_SECRET={_SECRET}\nHPID_ISUER=http://localhost\n")
    assert by_file.hpid(*command).refusal == f"{path} line 2: HPID_ISUER is not a setting"
    write(by_file.folder, "HPID_LIFE_CODE=soon\n")
    assert by_file.hpid(*command).refusal.startswith("HPID_LIFE_CODE: ")
    write(by_file.folder, "HPID_ISSUER=http://id.example.vn\n")
    assert by_file.hpid(*command).refusal == "HPID_ISSUER must be https except on loopback in development"


@pytest.mark.network
def test_help_needs_no_file(by_file: ByFile) -> None:
    write(by_file.folder, "not a setting\n")
    assert by_file.hpid("--help").status == 0


@pytest.mark.network
def test_another_server_s_application_takes_the_file_too(by_file: ByFile) -> None:
    write(by_file.folder, "HPID_ISSUER=http://localhost:9191\n")
    program = "from idp.app import application; print(application()._provider.settings.issuer)"
    done = subprocess.run(
        (sys.executable, "-c", program),
        env=by_file.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "http://localhost:9191\n"


@pytest.mark.network
def test_no_file_is_no_fault(office: Office) -> None:
    assert not (office.installation.folder / NAME).exists()
    assert office.installation.hpid("keys", "list").status == 0


def test_comments_blank_lines_and_quotes_are_understood_and_nothing_else_is_interpreted(
    tmp_path: Path,
) -> None:
    path = write(
        tmp_path,
        "\ufeff# our settings\n"
        "\n"
        "HPID_ISSUER = https://id.example.vn\r\n"
        "  # more\n"
        'HPID_NATIONAL_NAME="Hải Phòng # $HOME \\n"\n'
        "HPID_NATIONAL_NAME_EN='it''s'\n"
        'HPID_NATIONAL_CLIENT_SECRET=a=b "c"\n'
        "HPID_CA_BUNDLE=\n"
        "HPID_LOG_LEVEL=DEBUG",
    )
    assert read_env_file(path) == {
        "HPID_ISSUER": "https://id.example.vn",
        "HPID_NATIONAL_NAME": "Hải Phòng # $HOME \\n",
        "HPID_NATIONAL_NAME_EN": "it''s",
        "HPID_NATIONAL_CLIENT_SECRET": 'a=b "c"',
        "HPID_CA_BUNDLE": "",
        "HPID_LOG_LEVEL": "DEBUG",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("HPID_PORT\n", " line 1: not NAME=value"),
        ("\n\n=8000\n", " line 3: not NAME=value"),
        ("export HPID_PORT=8000\n", " line 1: not NAME=value"),
        (f"HPID NATIONAL={_SECRET}\n", " line 1: not NAME=value"),
        (f"HPID_PORT=80{chr(0)}00\n", " line 1: not NAME=value"),
        (f"HPID_SECRET={_SECRET}\n", " line 1: HPID_SECRET is not a setting"),
        ("hpid_port=8000\n", " line 1: hpid_port is not a setting"),
        ("PATH=/tmp\n", " line 1: PATH is not a setting"),
        ("HPID_LIFE=1\n", " line 1: HPID_LIFE is not a setting"),
        ("HPID_LIFE__CODE=1\n", " line 1: HPID_LIFE__CODE is not a setting"),
        ("HPID_PORT=1\nHPID_PORT=2\n", " line 2: HPID_PORT is set twice"),
        (
            "HPID_STATE=/x\n",
            " line 1: HPID_STATE says where this file is and stands in the environment alone",
        ),
        (b"HPID_NATIONAL_NAME=\xff\n", ": can't be read: not UTF-8"),
    ],
)
def test_a_line_that_is_no_setting_is_named_and_its_value_is_not(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UnusableEnvFile) as refused:
        read_env_file(path)
    assert str(refused.value) == f"{path}{said}"
    assert _SECRET not in str(refused.value)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400, 0o440])
def test_owner_and_group_may_read_it(tmp_path: Path, mode: int) -> None:
    assert read_env_file(write(tmp_path, "HPID_PORT=8000", mode=mode)) == {"HPID_PORT": "8000"}


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o620, 0o602, 0o777])
def test_a_file_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, "HPID_PORT=8000", mode=mode)
    with pytest.raises(UnusableEnvFile, match="its mode must be 0600 or 0640"):
        read_env_file(path)


@pytest.mark.parametrize(
    ("in_the_way", "said"),
    [
        (Path.mkdir, ": not a file"),
        (lambda path: path.symlink_to(path), ": can't be read: Too many levels of symbolic links"),
    ],
    ids=["folder", "loop"],
)
def test_what_can_t_be_read_is_said(tmp_path: Path, in_the_way: Callable[[Path], object], said: str) -> None:
    in_the_way(tmp_path / NAME)
    with pytest.raises(UnusableEnvFile) as refused:
        read_env_file(tmp_path / NAME)
    assert str(refused.value) == f"{tmp_path / NAME}{said}"


def test_a_variable_wins_in_any_letter_case_and_even_if_empty(tmp_path: Path) -> None:
    write(tmp_path, "HPID_PORT=1\nHPID_HOST=2\nHPID_LOG_LEVEL=3\n")
    environment = {"HPID_STATE": str(tmp_path), "hpid_port": "8000", "HPID_HOST": ""}
    take_env_file(environment)
    assert environment == {
        "HPID_STATE": str(tmp_path),
        "hpid_port": "8000",
        "HPID_HOST": "",
        "HPID_LOG_LEVEL": "3",
    }


def test_what_looks_misspelt_in_the_environment_is_told_and_what_is_another_s_is_not() -> None:
    written = {
        "HPID_TRUSTED_PROXY": "HPID_TRUSTED_PROXIES",
        "hpid_datbase_pool": "HPID_DATABASE_POOL",
        "HPID_LIFE_ACCES_TOKEN": "HPID_LIFE_ACCESS_TOKEN",
    }
    anothers = [
        "HPID_SERVICE_HOST",
        "HPID_PORT_8000_TCP_ADDR",
        "HPID_VENV",
        "HPID_DEMO_STATE",
        "TRUSTED_PROXY",
        "PATH",
    ]
    assert (
        misspelt([*written, *anothers, *setting_names(), "HPID_STATE", "HPID_LIFE__CODE", "hpid_port"])
        == written
    )


def test_every_setting_but_the_folder_may_stand_in_the_file() -> None:
    groups = len(Lifetimes.model_fields) + len(RiskSettings.model_fields)
    assert len(setting_names()) == len(Settings.model_fields) + groups - 3
    assert {"HPID_ISSUER", "HPID_LIFE_CODE", "HPID_RISK_PLACES"} <= setting_names()
