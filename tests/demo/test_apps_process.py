"""The services as processes: they start, say what is wrong with their settings, keep sessions, and stop cleanly."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from demo.apps.common.settings import ssl_context
from tests.demo.apps_browser import Browser
from tests.demo.apps_city import DATA_STORE, PORTAL, free_port, served
from tests.demo.apps_provider import Provider

pytestmark = pytest.mark.network

ROOT = Path(__file__).resolve().parents[2]


class Service:
    """A started service."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url
        self.lines: list[dict[str, object]] = []

    async def stop(self, signum: int = signal.SIGTERM) -> int:
        """Ask it to stop; return its exit code."""
        self.process.send_signal(signum)
        _out, error = await asyncio.wait_for(self.process.communicate(), 20)
        lines = error.decode().splitlines()
        assert all(line.startswith("{") for line in lines), error.decode()
        self.lines = [json.loads(line) for line in lines]
        return await self.process.wait()


async def start(module: str, **settings: str) -> asyncio.subprocess.Process:
    """Start a service with warnings as errors."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | settings
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-m",
        module,
        cwd=ROOT,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(name: str, issuer: str, port: int, state: Path) -> AsyncIterator[Service]:
    """Run a service until it answers; end it if the test did not."""
    prefix = name.upper().replace("_", "")
    url = f"http://127.0.0.1:{port}"
    settings = {
        "ISSUER": issuer,
        "BASE_URL": url,
        "PORT": str(port),
        "CLIENT_SECRET": "s",
        "STATE": str(state),
    }
    process = await start(
        f"demo.apps.{name}", **{f"{prefix}_{setting}": value for setting, value in settings.items()}
    )
    service = Service(process, url)
    try:
        async with httpx.AsyncClient(verify=ssl_context(None)) as client:
            for _ in range(300):
                try:
                    assert (await client.get(f"{url}/health")).json() == {"status": "ok"}
                    break
                except httpx.ConnectError:
                    assert process.returncode is None, (await process.communicate())[1].decode()
                    await asyncio.sleep(0.05)
        yield service
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.mark.parametrize(("name", "client_id"), [("portal", PORTAL), ("data_store", DATA_STORE)])
async def test_a_service_starts_keeps_sessions_over_a_restart_and_stops_cleanly(
    tmp_path: Path, name: str, client_id: str
) -> None:
    issuer_port, port = free_port(), free_port()
    issuer = f"http://localhost:{issuer_port}"
    provider = Provider(issuer, clients={client_id: ("s", f"http://127.0.0.1:{port}")})
    async with served(provider.app(), issuer_port), Browser() as browser:
        async with running(name, issuer, port, tmp_path) as service:
            assert "signed-in-name" in await browser.open(f"{service.url}/sign-in?next=/")
            assert await service.stop() == 0
        async with running(name, issuer, port, tmp_path) as again:
            assert "signed-in-name" in await browser.open(again.url)
            assert await again.stop(signal.SIGINT) == 0
    assert len(provider.requests) == 1
    check_log(service.lines, name.replace("_", "-"), [code["code"] for code in provider.token_requests])


def check_log(lines: list[dict[str, object]], name: str, secrets: list[str]) -> None:
    """Each line is an event of this service; none repeats a query, a code or a token."""
    assert {line["service"] for line in lines} == {name}
    assert lines[0]["event"] == "serving"
    assert lines[-1]["event"] == "stopped"
    callback = next(line for line in lines if line.get("path") == "/callback")
    assert (callback["method"], callback["status"]) == ("GET", 303)
    text = json.dumps(lines)
    assert not any(secret in text for secret in secrets)
    assert "?" not in text
    assert "eyJ" not in text


async def test_settings_that_are_wrong_are_named_without_their_values(tmp_path: Path) -> None:
    process = await start("demo.apps.portal", PORTAL_PORT="a-secret-typed-here", PORTAL_STATE=str(tmp_path))
    _out, error = await process.communicate()
    assert process.returncode == 2
    assert error.decode().startswith("PORTAL_PORT: ")
    assert "a-secret-typed-here" not in error.decode()


async def test_a_service_without_its_secret_does_not_start(tmp_path: Path) -> None:
    process = await start("demo.apps.data_store", DATASTORE_STATE=str(tmp_path))
    _out, error = await process.communicate()
    assert process.returncode == 2
    assert "CLIENT_SECRET must be set" in error.decode()


async def test_a_port_in_use_ends_the_process_with_an_error(tmp_path: Path) -> None:
    port = free_port()
    async with running("portal", "http://localhost:9", port, tmp_path / "one") as first:
        second = await start(
            "demo.apps.portal",
            PORTAL_PORT=str(port),
            PORTAL_CLIENT_SECRET="s",
            PORTAL_STATE=str(tmp_path / "two"),
        )
        _out, error = await asyncio.wait_for(second.communicate(), 20)
        assert (second.returncode, "Address already in use" in error.decode()) == (1, True)
        assert await first.stop() == 0
