"""What every test relies on: no sockets unless marked `network`, the city's time zone, no shell's settings.

A full run (scripts/test without arguments) also fails when a test named in docs/specs.md did not pass.
"""

import gc
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import settings as hypothesis_settings
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

from tests.architecture.specs_table import read_rows, rows_not_proved
from tests.pace import paced

if TYPE_CHECKING:
    from tests.messages.office import Office

ROOT = Path(__file__).resolve().parent.parent
_FULL_RUN = os.environ.get("HPID_FULL_RUN") == "1"
_OURS = ("HPID_", "NATIONAL_", "PORTAL_", "DATASTORE_", "EGOV_", "SMART_")

for _name in [name for name in os.environ if name.startswith(_OURS)]:
    del os.environ[_name]
gc.disable()  # until all is collected: nothing of it is garbage
os.environ["TZ"] = "Asia/Ho_Chi_Minh"
time.tzset()
hypothesis_settings.register_profile("hpid", deadline=None)
hypothesis_settings.load_profile("hpid")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Open sockets for tests marked `network` or `browser`; the others may only reach a database."""
    if item.get_closest_marker("network") or item.get_closest_marker("browser"):
        enable_socket()
    elif database := os.environ.get("TEST_DATABASE_URL"):
        socket_allow_hosts([urlsplit(database).hostname or "localhost"], allow_unix_socket=True)
    else:
        disable_socket(allow_unix_socket=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin files so that no worker is left alone, and no core."""
    items[:] = paced(items)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Set aside what lives to the end: ten thousand tests need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


class Outcomes:
    """Which tests passed and which did not, seen from the process that reports."""

    def __init__(self) -> None:
        self.outcome: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self.outcome[report.nodeid] = report.outcome

    def unproved(self) -> list[str]:
        passed = {nodeid for nodeid, outcome in self.outcome.items() if outcome == "passed"}
        rows = read_rows((ROOT / "docs" / "specs.md").read_text(encoding="utf-8"))
        return rows_not_proved(rows, passed=passed, others=set(self.outcome) - passed)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if _FULL_RUN and session.exitstatus == pytest.ExitCode.OK and self.unproved():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if _FULL_RUN and (unproved := self.unproved()):
            terminalreporter.section("rows of docs/specs.md whose test did not run and pass", red=True)
            terminalreporter.write_line("\n".join(unproved))
        folders = Counter(
            nodeid.split("/")[1] for nodeid, outcome in self.outcome.items() if outcome == "passed"
        )
        parts = ", ".join(f"{folder} {count}" for folder, count in sorted(folders.items()))
        terminalreporter.write_line(
            f"{folders.total()} tests passed of {len(self.outcome)} run: {parts or 'none'}"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Watch outcomes where they are reported: in the controller, not in its workers."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(), "hpid-outcomes")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser, found by scripts/test."""
    path = os.environ.get("CHROMIUM")
    if not path:
        pytest.fail("CHROMIUM must name a Chromium; scripts/test finds or installs one")
    return path


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every provider begins with, made once: its schema and its keys; tests copy it (tests/world.py)."""
    from tests.world import make_state

    folder = tmp_path_factory.mktemp("template")
    make_state(folder)
    return folder


@pytest.fixture
async def office(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> AsyncIterator["Office"]:
    """A provider with who takes its mails and messages in; `pytest.mark.office(…)`: with these settings."""
    from tests.messages.office import open_office

    marked = request.node.get_closest_marker("office")
    async with open_office(template, tmp_path, **({} if marked is None else marked.kwargs)) as office:
        yield office
