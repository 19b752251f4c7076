"""A crowd over several nodes, each of whose requests goes to the next one: every route, journeys, jobs, commands.

No answer may be a fault or a refusal of ours, and none may take as long as a wait for a connection; afterwards the record
and the rows are compared (tests/faults/check.py).
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx

from idp.app import routes_of
from idp.citizen.routing import citizen_router
from idp.edge import Answer, Call, Endpoint
from tests.driver import RelyingParty
from tests.faults.check import check
from tests.faults.history import History
from tests.faults.load import Load
from tests.server import A_NODE_KNOWS_IT, Installation, Node, ServedWorld, Wire, open_served

AT_ONCE = 4
_COMMANDS = (
    ("keys", "list", "--json"),
    ("clients", "list", "--json"),
    ("people", "find", "nobody", "--reason", "upkeep", "--json"),
    ("logouts", "dead", "--json"),
)


class Turns(httpx.AsyncBaseTransport):
    """Sends each request to the next node, and keeps how long each took and what came."""

    def __init__(self, wires: Sequence[Wire]) -> None:
        self._next = cycle(wires)
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the next node."""
        began = time.monotonic()
        response = await next(self._next).handle_async_request(request)
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.statuses[response.status_code] += 1
        return response


@dataclass(kw_only=True)
class Came:
    """What came of a crowd."""

    problems: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    acknowledged: int = 0


async def crowd(reached: Installation, nodes: Sequence[Node], folder: Path, *, seconds: float) -> Came:
    """Let a crowd loose on the nodes for so long, then once on every route; return what came of it."""
    history = History(folder / "history.jsonl")
    async with open_served(reached, *nodes) as world:
        turns = Turns([peer.wire for peer in world.peers])
        world.transport = turns
        world.http = httpx.AsyncClient(transport=turns, base_url=world.issuer, timeout=60)
        rp = await world.client("rp-crowd", backchannel_logout_uri="https://rp-crowd.example/nobody-listens")
        await asyncio.sleep(A_NODE_KNOWS_IT)
        load = Load(world, rp, history)
        await load.add_citizens(12)
        await load.begin()
        travelling = asyncio.create_task(load.run())
        commands = asyncio.create_task(_commands(nodes[0]))
        await asyncio.sleep(seconds)
        load.is_over = True
        await travelling
        await commands
        await _with_tokens(world, rp, load)
        await _every_route(world)
        await _sign_out(world, rp)
        came = Came(statuses=turns.statuses, slowest=turns.slowest, acknowledged=history.length)
        came.problems = await check(world, history)
        came.problems += [
            f"{line['message']}: {line}"
            for node in nodes
            for line in node.complaints()
            if line["logger"] == "hpid.fault"
        ]
        came.problems += [
            f"{number} times {status}" for status, number in turns.statuses.items() if status >= 500
        ]
    return came


async def _commands(node: Node) -> None:
    for words in _COMMANDS:
        ran = await node.installation.run(*words)
        assert ran.status == 0, (words, ran.err)


async def _with_tokens(world: ServedWorld, rp: RelyingParty, load: Load) -> None:
    """Services ask about what they hold, many at once."""
    tokens = [family.access_token for family in load.families[:10]]
    await _all([world.userinfo(token) for token in [*tokens, *tokens]])
    for path in ("/introspect", "/revoke"):
        await _all([rp.back_channel(world.http, path, token=token) for token in tokens])
    await _all([rp.push(world.http) for _ in range(10)])


async def _every_route(world: ServedWorld) -> None:
    """Whatever there is, asked by several at once with nothing in hand."""
    routes = [
        (path, method) for path, methods in routes_of(world.provider.settings).items() for method in methods
    ]
    for route in citizen_router(_nobody).routes:
        path, methods = str(getattr(route, "path", "/")), getattr(route, "methods", None) or {"GET"}
        routes += [(path.replace("{name}", "0"), method) for method in methods]
    for path, method in routes:
        answers = await asyncio.gather(*(world.http.request(method, path) for _ in range(AT_ONCE)))
        assert all(answer.status_code < 500 for answer in answers), (method, path)


async def _sign_out(world: ServedWorld, rp: RelyingParty) -> None:
    visitors = [await world.visitor(rp, f"leaving-{number}") for number in range(6)]
    await asyncio.gather(*(world.tokens(rp, visitor) for visitor in visitors))

    async def leave(number: int) -> None:
        browser = visitors[number].browser
        page = await browser.press(await browser.get("/end_session"), "sign-out-here")
        assert "page-signed-out" in page.ids

    await asyncio.gather(*(leave(number) for number in range(len(visitors))))


async def _all(asks: Sequence[Awaitable[httpx.Response]]) -> None:
    for answer in await asyncio.gather(*asks):
        assert answer.status_code < 500, answer.text


async def _nobody(endpoint: Endpoint, call: Call) -> Answer:
    raise AssertionError(endpoint, call)
