"""One provider that runs, for the readers of all guides."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.server import Installation, Node, ServedWorld, free_ports, open_served, serving


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    installation = Installation(folder=tmp_path_factory.mktemp("provider") / "state", port=free_ports(1)[0])
    installation.prepare()
    node = Node(installation)
    with serving(node):
        yield node


@pytest.fixture
async def world(node: Node) -> AsyncIterator[ServedWorld]:
    async with open_served(node.installation, node) as world:
        yield world


@pytest.fixture
async def discovery(world: ServedWorld) -> dict[str, Any]:
    return dict((await world.http.get("/.well-known/openid-configuration")).json())
