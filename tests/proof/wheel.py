"""The wheel, installed by pip into a fresh environment of the lock, serves from an empty folder.

As docs/how-to/operate.md and deploy/Containerfile install it: the lock with hashes, then us without a network. What is
missing from the wheel (a template, a migration, a word list) is missed here: nothing of the checkout is in reach.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx

from tests.processes import ROOT
from tests.server import PATIENCE, free_ports

_CLIENT = "rp-wheel"
_CALLBACK = "https://rp-wheel.example/callback"


def _pip(environment: Path, *words: str, folder: Path) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    subprocess.run((str(environment / "bin" / "pip"), words[0], *quiet, *words[1:]), cwd=folder, check=True)


def _installed(folder: Path) -> Path:
    """Make an environment of the lock and the wheel alone; return it."""
    source, environment, wheels = folder / "source", folder / "environment", folder / "wheels"
    subprocess.run(("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(source)), check=True)
    subprocess.run((sys.executable, "-m", "venv", str(environment)), check=True)
    _pip(environment, "install", "--require-hashes", "--no-deps", "-r", "requirements.lock", folder=source)
    build = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(wheels), ".")
    _pip(environment, "wheel", *build, folder=source)
    (wheel,) = wheels.iterdir()
    _pip(environment, "install", "--no-deps", "--no-index", str(wheel), folder=folder)
    _pip(environment, "check", folder=folder)
    return environment


def _run(
    environment: Path, folder: Path, words: Sequence[str], settings: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    command = (str(environment / "bin" / "hpid"), *words)
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)


def _hpid(environment: Path, folder: Path, words: Sequence[str], settings: Mapping[str, str]) -> str:
    done = _run(environment, folder, words, settings)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@contextmanager
def _serving(environment: Path, folder: Path, settings: Mapping[str, str]) -> Iterator[httpx.Client]:
    """Serve until the block ends; then it must end well when told to."""
    with (folder / "log").open("wb") as log:
        node = subprocess.Popen(
            (str(environment / "bin" / "hpid"), "serve"), cwd=folder, env=settings, stdout=log, stderr=log
        )
    try:
        with httpx.Client(base_url=settings["HPID_ISSUER"], trust_env=False) as http:
            deadline = time.monotonic() + PATIENCE
            while not _is_ready(http):
                assert node.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, "never ready"
                time.sleep(0.1)
            yield http
        node.send_signal(signal.SIGTERM)
        assert node.wait(PATIENCE) == 0, (folder / "log").read_text()
    finally:
        if node.poll() is None:
            node.kill()
            node.wait()


def _is_ready(http: httpx.Client) -> bool:
    try:
        return http.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def _look_around(http: httpx.Client) -> None:
    """Meet every kind of file that is not Python: templates, strings, styles, pictures, word lists."""
    front = http.get("/")
    assert front.status_code == 200, front.text
    files = set(re.findall(r'"(/static/[^"]+)"', front.text))
    assert files
    assert {http.get(file).status_code for file in files} == {200}
    metadata = http.get("/.well-known/openid-configuration").json()
    assert len(http.get(metadata["jwks_uri"]).json()["keys"]) >= 4
    asked = {
        "client_id": _CLIENT,
        "redirect_uri": _CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    page = http.get(f"/authorize?{urlencode(asked)}", follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, "/sign-in"), page.text
    assert http.get("/metrics").status_code == 404


def main() -> int:
    """Build, install, start, look around, stop."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = _installed(folder)
        empty = folder / "empty"
        empty.mkdir()
        port, of_metrics = free_ports(2)
        settings = {
            "PATH": os.environ["PATH"],
            "HOME": str(empty),
            "LANG": "C.UTF-8",
            "HPID_PORT": str(port),
            "HPID_ISSUER": f"http://localhost:{port}",
            "HPID_METRICS_PORT": str(of_metrics),
        }
        print(_hpid(environment, empty, ("init",), settings), end="")
        added = (
            "clients",
            "add",
            _CLIENT,
            "--name",
            "Cổng",
            "--redirect-uri",
            _CALLBACK,
            "--scope",
            "openid",
        )
        _hpid(environment, empty, (*added, "--law", "Quyết định thử nghiệm"), settings)
        refused = _run(
            environment, empty, ("serve",), {**settings, "HPID_OTEL_ENDPOINT": "http://127.0.0.1:4318"}
        )
        assert refused.returncode == 1, refused
        assert refused.stderr == "hpid: HPID_OTEL_ENDPOINT needs the extra: install haiphong-id[otel]\n", (
            refused
        )
        with _serving(environment, empty, settings) as http:
            _look_around(http)
            told = httpx.get(f"http://127.0.0.1:{of_metrics}/metrics", trust_env=False)
            assert 'hpid_request_seconds_count{endpoint="/static",status="2xx"}' in told.text
        _hpid(environment, empty, ("demo", "seed"), settings)
    print("built, installed by hashes, and served from an empty folder")
    return 0


if __name__ == "__main__":
    sys.exit(main())
