"""An installation with a node that runs through all tests of the commands; each command is a process of its own."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.driver import RelyingParty
from tests.server import Installation, Node, ServedWorld, free_ports, open_served, serving


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
