"""The way outsiders take to the nodes: any of them, for each request; what comes back is looked at whoever asked.

Every person carries a mark in their name. An answer with somebody else's is cross-talk (I7); a failure that is not said
as OAuth or HTTP says it is a fault of ours (I9).
"""

import base64
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

from idp.people.model import Person
from tests.driver import Browser, Citizen
from tests.faults.operations import Operations
from tests.server import Peer, Wire

PATIENCE = 10.0
_MARK = re.compile(r"mk\d{5}x")
_JWT = re.compile(r"eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+")
_JSON_PATHS = {"/token", "/introspect", "/revoke", "/par", "/jwks"}
_BUSY = 503


def mark_of(number: int) -> str:
    """Return the mark of a person, found nowhere by chance."""
    return f"mk{number:05d}x"


class Anywhere(httpx.AsyncBaseTransport):
    """Carries each request to a node drawn at random, and looks at what comes back."""

    def __init__(
        self, peers: tuple[Peer, ...], chance: random.Random, history: Operations, mark: str = ""
    ) -> None:
        self._wires = [Wire(peer.node.port) for peer in peers]
        self._chance = chance
        self._history = history
        self._mark = mark

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._chance.choice(self._wires).handle_async_request(request)
        await response.aread()
        self._history.wrong += look(request, response, self._mark)
        return response

    async def aclose(self) -> None:
        for wire in self._wires:
            await wire.aclose()


def look(request: httpx.Request, response: httpx.Response, mark: str) -> Iterator[str]:
    """Yield what is wrong with an answer, whatever was asked."""
    path, text = request.url.path, response.text
    if response.status_code >= 500 and response.status_code != _BUSY:
        yield f"I9: {path} answered {response.status_code}"
    if response.status_code == _BUSY and "retry-after" not in response.headers:
        yield f"I9: {path} answered 503 without Retry-After"
    if response.status_code >= 400 and path in _JSON_PATHS and '"error"' not in text:
        yield f"I9: {path} answered {response.status_code} and no OAuth error"
    if "Traceback" in text:
        yield f"I9: {path} shows a trace"
    if mark and (others := marks(text) - {mark}):
        yield f"I7: {path} told {mark} of {', '.join(sorted(others))}"


def marks(text: str) -> set[str]:
    """Return whose marks a text carries, in its tokens too."""
    inside = (part + "=" * (-len(part) % 4) for part in _JWT.findall(text))
    opened = (base64.urlsafe_b64decode(part).decode("utf-8", "replace") for part in inside)
    return {mark for part in (text, *opened) for mark in _MARK.findall(part)}


@dataclass(kw_only=True)
class Outsider:
    """A person, their browser, and the services' way when they act for them."""

    person: Person
    mark: str
    browser: Browser = field(repr=False)
    http: httpx.AsyncClient = field(repr=False)
    citizen: Citizen | None = None
    is_signed_out: bool = False
