"""docs/how-to/connect-a-relying-party.md as its reader follows it: the commands and programs of the page, a real provider."""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.driver import RelyingParty
from tests.server import ROOT, Installation, Node, ServedWorld, free_ports, open_served, serving

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
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    port, own_port = free_ports(2)
    installation = Installation(folder=tmp_path / "state", port=port)
    installation.prepare()
    node = Node(installation)
    with serving(node):
        async with open_served(installation, node) as world:
            yield Reader(world=world, folder=tmp_path, port=own_port)


async def registered(reader: Reader) -> dict[str, str]:
    """Register as the page says, on another port, and return what the command printed."""
    (command,) = [block for block in blocks("bash") if "clients add" in block]
    words = shlex.split(command.replace("http://localhost:8090", reader.base_url))
    assert words[0].endswith("hpid")
    done = await reader.world.peers[0].node.installation.run(*words[1:])
    await reader.world.provider.configuration.refresh()
    return dict(done.json)


@contextmanager
def program(reader: Reader, name: str, source: str, settings: Mapping[str, str]) -> Iterator[None]:
    """Run a program of the page until it is not needed any more."""
    (reader.folder / f"{name}.py").write_text(source, encoding="utf-8")
    command = (
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1",
        "--port", str(reader.port), "--no-ws", f"{name}:app",
    )  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ISSUER": reader.world.issuer, **settings}
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
    person, browser = await world.person(), world.browser()
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


async def test_a_person_below_the_level_is_not_signed_in_there(reader: Reader) -> None:
    world = reader.world
    printed = await registered(reader)
    rp = RelyingParty(
        client_id=printed["client_id"],
        redirect_uri=f"{reader.base_url}/callback",
        client_secret=printed["client_secret"],
    )
    asked = re.search(r"LEVELS = \((.*)\)", blocks("python")[0])
    assert asked is not None
    levels = " ".join(re.findall(r'"([^"]+)"', asked[1]))
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(rp.authorize_url(acr_values=levels, prompt="none"))
    assert page.answer["error"] == "consent_required", "the level is not what is missing"


async def test_the_api_of_the_page_checks_tokens_offline(reader: Reader) -> None:
    world = reader.world
    rp = await world.client("caller", audiences=(API,))
    alice = await world.visitor(rp)
    good = (await world.tokens(rp, alice))["access_token"]
    other = await world.client("other")
    await world.agree(alice.person.person_id, other)
    foreign = (await world.tokens(other, alice))["access_token"]
    with program(reader, "api", blocks("python")[1], {}):
        async with httpx.AsyncClient(base_url=reader.base_url) as api:
            answer = await api.get("/whoami", headers={"authorization": f"Bearer {good}"})
            assert answer.status_code == 200, answer.text
            assert answer.json()["client_id"] == "caller"
            refused = await api.get("/whoami", headers={"authorization": f"Bearer {foreign}"})
            assert refused.status_code == 401
            assert 'error="invalid_token"' in refused.headers["www-authenticate"]
            assert (await api.get("/whoami")).headers["www-authenticate"].startswith("Bearer ")
