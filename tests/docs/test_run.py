"""docs/how-to/run.md: its table of ports is that of the services, and a port in use is named before anything starts."""

import re
import socket
import subprocess
import sys

import pytest

from demo.run.options import parse
from demo.run.services import services
from tests.processes import ROOT

PAGE = (ROOT / "docs" / "how-to" / "run.md").read_text(encoding="utf-8")
COUNTED = ("six", "seven", "eight", "nine")


def test_the_page_names_every_port_and_counts_the_services() -> None:
    planned = services(parse([]), secrets={})
    (count,) = re.findall(r"It starts (\w+) services", PAGE)

    assert {port for one in planned for port in one.ports} == {
        int(port) for port in re.findall(r"\b80\d\d\b", PAGE)
    }
    assert COUNTED.index(count) + 6 == len(planned)


@pytest.mark.network
def test_a_port_in_use_is_named_also_that_of_the_mail() -> None:
    base = "19000"  # below those of the journeys, and those that the kernel gives away
    mail = parse(["--port-base", base]).smtp_port
    with socket.create_server(("127.0.0.1", mail)):
        ran = subprocess.run(
            [sys.executable, "-m", "demo.run", "--port-base", base],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.returncode == 1
    assert f"Port {mail} (inbox) is in use" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
