"""An installation with a node that runs through all tests of the commands; each command is a process of its own."""

import ssl
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.driver import RelyingParty
from tests.federation.test_fetch_tls import certificate_files
from tests.http2 import exchange
from tests.server import PATIENCE, Installation, Node, ServedWorld, free_ports, open_served, serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A running provider, and one relying party registered before it started."""

    installation: Installation
    node: Node
    rp: RelyingParty


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    installation = Installation(folder=tmp_path_factory.mktemp("office") / "state", port=free_ports(1)[0])
    (rp,) = installation.prepare("rp-office")
    node = Node(installation)
    with serving(node):
        yield Office(installation=installation, node=node, rp=rp)


@pytest.fixture
async def world(office: Office) -> AsyncIterator[ServedWorld]:
    async with open_served(office.installation, office.node) as world:
        yield world


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    """Where nothing has been made yet."""
    return Installation(folder=tmp_path / "state", port=free_ports(1)[0])


@pytest.fixture
def made(empty: Installation) -> Installation:
    """What `hpid init` leaves."""
    empty.prepare()
    return empty


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that serves https itself."""
    folder = tmp_path_factory.mktemp("secure")
    certificate, key = certificate_files(folder, "localhost")
    (port,) = free_ports(1)
    settings = {
        "HPID_ISSUER": f"https://localhost:{port}",
        "HPID_CERTIFICATE": str(certificate),
        "HPID_CERTIFICATE_KEY": str(key),
    }
    installation = Installation(folder=folder / "state", port=port, settings=settings)
    installation.prepare()
    node = Node(installation)
    node.start()
    try:
        _wait_for_tls(node)
        yield node
    finally:
        node.kill()


def _wait_for_tls(node: Node) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            exchange(node.port, "GET", "/health/ready", authority="localhost")
        except (OSError, ssl.SSLError):
            assert node.process.poll() is None, node.log.read_text()
            assert time.monotonic() < deadline, node.log.read_text()
            time.sleep(0.1)
        else:
            return
