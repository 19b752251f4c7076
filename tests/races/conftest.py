"""Two nodes on each engine, started once for all races of a run; retry windows short enough to wait for their end."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.driver import RelyingParty
from tests.server import Installation, Node, ServedWorld, free_ports, fresh_postgresql, open_served, serving
from tests.stores.conftest import postgresql_server

__all__ = ["postgresql_server"]

RETRY = 4.0
"""Seconds within which a code or a generation that comes again is an honest retry."""
_LIVES = {"HPID_LIFE_CODE_RETRY": str(RETRY), "HPID_LIFE_REFRESH_RETRY": str(RETRY)}
CLIENTS = ("rp-races", "rp-disabled", "rp-left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two nodes of one installation, and the relying parties registered before they started."""

    nodes: tuple[Node, Node]
    rps: dict[str, RelyingParty]

    @property
    def installation(self) -> Installation:
        return self.nodes[0].installation


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes of one installation."""
    folder = tmp_path_factory.mktemp("installation")
    if request.param == "sqlite":
        with two_nodes(folder, None, _LIVES) as pair:
            yield pair
        return
    server = str(request.getfixturevalue("postgresql_server"))
    with fresh_postgresql(server) as url, two_nodes(folder, url, _LIVES) as pair:
        yield pair


@contextmanager
def two_nodes(folder: Path, database_url: str | None, settings: Mapping[str, str]) -> Iterator[Pair]:
    """Make an installation and start two nodes of it."""
    ports = free_ports(2)
    installation = Installation(
        folder=folder / "state", port=ports[0], database_url=database_url, settings=settings
    )
    rps = {rp.client_id: rp for rp in installation.prepare(*CLIENTS)}
    nodes = Node(installation, ports[0]), Node(installation, ports[1])
    with serving(*nodes):
        yield Pair(nodes=nodes, rps=rps)


@pytest.fixture
async def world(pair: Pair) -> AsyncIterator[ServedWorld]:
    """The installation of the pair, open for arranging."""
    async with open_served(pair.installation, *pair.nodes) as world:
        yield world
