"""The simulated national system as a process of its own: start, stop, crash, log."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.federation.national_driver import HUONG, PASSWORDS, REDIRECT_URI
from tests.federation.national_process import HELD_BACK_SECONDS, Process

pytestmark = pytest.mark.network


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    with Process(tmp_path) as process:
        yield process


def test_it_stops_in_time_with_a_request_held_back(process: Process) -> None:
    httpx.post(f"{process.url}/__faults", json={"mode": "slow", "seconds": HELD_BACK_SECONDS})
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{process.url}/oauth2/jwks", timeout=0.5)
    with socket.create_connection(("127.0.0.1", process.port)) as waiting:
        waiting.sendall(b"GET /oauth2/jwks HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.2)
        assert process.stop(signal.SIGTERM) == 0


def test_a_killed_one_leaves_nothing_behind_and_starts_again_as_it_was(
    process: Process, tmp_path: Path
) -> None:
    assert process.children() == []
    keys = httpx.get(f"{process.url}/oauth2/jwks").json()
    process.stop(signal.SIGKILL)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{process.url}/health")
    with Process(tmp_path) as again:
        assert httpx.get(f"{again.url}/oauth2/jwks").json() == keys


def test_down_breaks_the_connection(process: Process) -> None:
    httpx.post(f"{process.url}/__faults", json={"mode": "down"})
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{process.url}/oauth2/jwks", timeout=5)
    assert httpx.get(f"{process.url}/health").status_code == 200
    httpx.post(f"{process.url}/__faults", json={"mode": "none"})
    assert httpx.get(f"{process.url}/oauth2/jwks").status_code == 200


def test_a_port_in_use_is_reported_and_ends_the_process(process: Process, tmp_path: Path) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "federation.national_mock", "--port", str(process.port)],
        env=os.environ
        | {
            "NATIONAL_ACCOUNTS_PATH": str(tmp_path / "accounts.json"),
            "NATIONAL_DATABASE": str(tmp_path / "second.db"),
            "NATIONAL_KEYS_DIR": str(tmp_path / "keys"),
        },
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert second.returncode != 0
    assert "in use" in second.stderr


def test_it_stops_when_asked_and_its_log_has_one_line_per_request_and_no_secret(process: Process) -> None:
    with httpx.Client(base_url=process.url, headers={"Origin": process.issuer}) as browser:
        parameters = {
            "client_id": "haiphong-id",
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": REDIRECT_URI,
            "state": "state-of-the-test",
            "acr_values": "LoA1",
        }
        opened = browser.get("/oauth2/authorize", params=parameters)
        flow = httpx.URL(opened.headers["location"]).params["sessionDataKey"]
        page = browser.get(opened.headers["location"])
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        form = {"sessionDataKey": flow, "form_token": token, "number": HUONG, "password": PASSWORDS[HUONG]}
        left = browser.post("/authenticationendpoint/login.do", data=form)
        code = httpx.URL(left.headers["location"]).params["code"]
        browser.get(f"/dien-thoai/{flow}")
        browser.get(f"/{HUONG}")
    assert process.stop(signal.SIGTERM) == 0
    text = process.log.read_text()
    assert '"event": "stopped"' in text
    lines = [json.loads(line) for line in text.splitlines()]
    requests = [
        (line["method"], line["path"], line["status"]) for line in lines if line["event"] == "request"
    ]
    assert requests[-5:] == [
        ("GET", "/oauth2/authorize", 303),
        ("GET", "/authenticationendpoint/login.do", 200),
        ("POST", "/authenticationendpoint/login.do", 303),
        ("GET", "/dien-thoai/{flow}", 400),
        ("GET", "(none)", 404),
    ]
    for secret in (HUONG, PASSWORDS[HUONG], code, flow, token, "state-of-the-test"):
        assert secret not in text
