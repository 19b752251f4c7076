"""docs/how-to/connect-a-relying-party.md as its reader follows it: its commands and programs, and a real provider."""

import asyncio
import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from resource_server import AccessTokenVerifier
from tests.driver import RelyingParty
from tests.processes import ROOT
from tests.server import ServedWorld, free_ports

pytestmark = pytest.mark.network

PAGE = (ROOT / "docs" / "how-to" / "connect-a-relying-party.md").read_text(encoding="utf-8")
API = "https://api.example/"
_PATIENCE = 60.0


def blocks(language: str) -> list[str]:
    """Return the page's blocks of code in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who follows the page on their machine."""

    world: ServedWorld
    folder: Path
    port: int

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.port}"


@pytest.fixture
def reader(world: ServedWorld, tmp_path: Path) -> Reader:
    (port,) = free_ports(1)
    return Reader(world=world, folder=tmp_path, port=port)


async def registered(reader: Reader) -> dict[str, str]:
    """Register as the page says, on another port, and return what the command printed."""
    (command,) = [block for block in blocks("bash") if "clients add my-service" in block]
    words = shlex.split(command.replace("\\\n", " ").replace("http://localhost:8090", reader.base_url))
    assert words[0].endswith("hpid")
    done = await reader.world.peers[0].node.installation.run(*words[1:])
    printed = dict(done.json)
    await known(reader, RelyingParty(printed["client_id"], f"{reader.base_url}/callback"))
    return printed


async def known(reader: Reader, rp: RelyingParty) -> None:
    """Wait until the node has read that this client exists."""
    for _ in range(300):
        if (await reader.world.http.get(rp.authorize_url())).status_code == 303:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{rp.client_id} never became known")


@contextmanager
def program(reader: Reader, name: str, source: str, settings: Mapping[str, str]) -> Iterator[None]:
    """Run a program of the page until it is not needed any more."""
    (reader.folder / f"{name}.py").write_text(source, encoding="utf-8")
    command = (
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1",
        "--port", str(reader.port), "--no-ws", f"{name}:app",
    )  # fmt: skip
    installation = reader.world.peers[0].node.installation
    environment = installation.environment(PYTHONWARNINGS="", ISSUER=installation.issuer, **settings)
    with (reader.folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=reader.folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _answers(f"{reader.base_url}/"):
            assert process.poll() is None, (reader.folder / f"{name}.log").read_text()
            assert time.monotonic() < deadline, (reader.folder / f"{name}.log").read_text()
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _answers(url: str) -> bool:
    try:
        httpx.get(url)
    except httpx.TransportError:
        return False
    return True


async def test_the_relying_party_of_the_page_signs_people_in_and_out(reader: Reader) -> None:
    world = reader.world
    printed = await registered(reader)
    settings = {
        "CLIENT_ID": printed["client_id"],
        "CLIENT_SECRET": printed["client_secret"],
        "BASE_URL": reader.base_url,
    }
    person, browser = await world.person("reader"), world.browser()
    await world.signed_in(browser, person.person_id)
    with program(reader, "relying_party", blocks("python")[0], settings):
        async with httpx.AsyncClient(base_url=reader.base_url) as rp:
            assert "/sign-in" in (await rp.get("/")).text
            asked = await rp.get("/sign-in")
            page = await browser.get(asked.headers["location"])
            page = await browser.press(page, "allow")
            assert page.left_for is not None
            assert page.left_for.startswith(f"{reader.base_url}/callback?code=")

            foreign = page.left_for.replace("iss=", "iss=x")
            assert (await rp.get(foreign)).status_code == 400
            back = await rp.get(page.left_for)
            assert back.status_code == 303, back.text
            assert person.profile.full_name in (await rp.get("/")).text
            assert (await rp.get(page.left_for)).status_code == 403, "an answer counts once"

            leaving = await rp.post("/sign-out")
            page = await browser.get(leaving.headers["location"])
            assert page.left_for is not None
            assert page.left_for.startswith(f"{reader.base_url}/?state=")
            assert "/sign-in" in (await rp.get("/")).text
    await browser.get(asked.headers["location"])
    assert world.cookie_of(browser, "session") is None


async def test_the_api_of_the_page_checks_tokens_offline(reader: Reader) -> None:
    world = reader.world
    rp = await world.client("caller", audiences=(API,))
    alice = await world.visitor(rp)
    other = await world.client("other")
    await world.agree(alice.person.person_id, other)
    await known(reader, rp)
    await known(reader, other)
    ours = await world.tokens(rp, alice)
    good = (await rp.refresh(world.http, ours["refresh_token"], resource=API)).json()["access_token"]
    foreign = (await world.tokens(other, alice))["access_token"]
    with program(reader, "api", blocks("python")[1], {}):
        async with httpx.AsyncClient(base_url=reader.base_url) as api:
            answer = await api.get("/whoami", headers={"authorization": f"Bearer {good}"})
            assert answer.status_code == 200, answer.text
            assert answer.json()["client_id"] == "caller"
            for other_audience in (foreign, ours["access_token"]):
                refused = await api.get("/whoami", headers={"authorization": f"Bearer {other_audience}"})
                assert refused.status_code == 401
                assert 'error="invalid_token"' in refused.headers["www-authenticate"]
            assert (await api.get("/whoami")).headers["www-authenticate"].startswith("Bearer ")


async def test_the_machine_of_the_page_gets_a_token_by_its_key_and_the_api_knows_it(reader: Reader) -> None:
    make_key, machine = blocks("python")[2:4]
    installation = reader.world.peers[0].node.installation
    await _run(reader, "make_key", make_key)
    assert (reader.folder / "key.json").stat().st_mode & 0o077 == 0
    shown = json.loads((reader.folder / "jwks.json").read_text())
    assert "d" not in shown["keys"][0]
    (command,) = [block for block in blocks("bash") if "clients add my-machine" in block]
    words = shlex.split(command.replace("\\\n", " ").replace("jwks.json", str(reader.folder / "jwks.json")))
    assert (await installation.run(*words[1:])).json == {"client_id": "my-machine"}
    await asyncio.sleep(1.0)
    tokens = [(await _run(reader, "machine", machine)).strip() for _ in range(2)]
    assert tokens[0] != tokens[1]
    verifier = AccessTokenVerifier(installation.issuer, API)
    token = await verifier.verify(f"Bearer {tokens[0]}", scopes="data.read")
    assert (token.sub, token.client_id, token.gid, token.acr) == ("my-machine", "my-machine", None, None)
    answer = await reader.world.userinfo(tokens[0])
    assert answer.status_code == 401


async def _run(reader: Reader, name: str, source: str) -> str:
    """Run a program of the page to its end and return what it printed."""
    (reader.folder / f"{name}.py").write_text(source, encoding="utf-8")
    installation = reader.world.peers[0].node.installation
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        f"{name}.py",
        cwd=reader.folder,
        env=installation.environment(PYTHONWARNINGS="", ISSUER=installation.issuer),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()
