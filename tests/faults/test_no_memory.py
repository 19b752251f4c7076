"""A node that gets no more memory says so, puts no secret in its log, and goes on with memory (SECURITY R30, I9)."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.driver import Citizen, Page, RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.server import Installation, Node, ServedWorld, free_ports, open_served, serving

pytestmark = pytest.mark.network
_ROOM = 12 << 20
"""Bytes: enough for requests and pages, too little for argon2id, which takes 19 MiB."""
_UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    installation = Installation(
        folder=tmp_path / "state",
        port=free_ports(1)[0],
        settings={"MALLOC_ARENA_MAX": "1"},  # else each thread has room reserved that no limit counts
        forked=False,
    )
    installation.prepare()
    node = Node(installation)
    with serving(node):
        yield node


@contextmanager
def no_more_than(room: int, node: Node) -> Iterator[None]:
    """Bound what its process may map, as `ulimit -v` and a machine that lends no memory do."""
    status = Path(f"/proc/{node.process.pid}/status").read_text(encoding="utf-8")
    (size,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmSize:"))
    limit = int(size) * 1024 + room
    resource.prlimit(node.process.pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(node.process.pid, resource.RLIMIT_AS, _UNLIMITED)


async def test_passwords_that_no_memory_is_left_for_are_tried_later_and_told_to_nobody(node: Node) -> None:
    async with open_served(node.installation, node) as world:
        rp = await world.client("rp-memory")
        await asyncio.sleep(1.1)
        _, citizen = await world.citizen()
        asked = await password_page(world.browser(), rp)
        assert asked.status == 200
        tokens = await world.tokens(rp, await world.visitor(rp, "bob"))
        with no_more_than(_ROOM, node):
            refused = await asyncio.gather(*(_sign_in(world, rp, citizen) for _ in range(3)))
            assert {page.status for page in refused} == {503}
            assert {page.response.headers["retry-after"] for page in refused} == {"2"}
            assert {page.case for page in refused} == {"busy"}
            assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 200
            assert await asyncio.to_thread(node.readiness) == 200
        assert "otp" in (await _sign_in(world, rp, citizen)).ids
    assert "argon2" not in node.log.read_text(encoding="utf-8")


async def _sign_in(world: ServedWorld, rp: RelyingParty, citizen: Citizen) -> Page:
    browser = world.browser()
    return await try_password(browser, await password_page(browser, rp), citizen.username, citizen.password)
