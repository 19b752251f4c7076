"""npm oidc-provider in a process of its own, and a browser in small for its pages."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

_HERE = Path(__file__).parent
_MOST_HOPS = 12


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it sends."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = given.get("action")
        name = given.get("name")
        if tag in {"input", "button"} and name:
            self.fields.setdefault(name, given.get("value") or "")


class PeerBrowser:
    """Follows redirects and presses the first button of every page, until it is led away."""

    def __init__(self, issuer: str, http: httpx.AsyncClient) -> None:
        self._issuer = issuer
        self._http = http

    async def led_to(self, url: str) -> str | None:
        response = await self._http.get(url)
        for _ in range(_MOST_HOPS):
            address: str = str(response.url)
            if location := response.headers.get("location"):
                address = urljoin(address, str(location))
                if not address.startswith(self._issuer):
                    return address
                response = await self._http.get(address)
                continue
            form = _Form()
            form.feed(response.text)
            if form.action is None:
                return None
            response = await self._http.post(
                urljoin(address, form.action), data={"logout": "yes", **form.fields}
            )
        return None


@asynccontextmanager
async def peer(
    node_js: str, issuer: str, clients: Sequence[Mapping[str, Any]], invitation: str
) -> AsyncIterator[PeerBrowser]:
    """Run the other provider until the block ends; whoever holds the invitation may register there."""
    process = await asyncio.create_subprocess_exec(
        node_js,
        "peer.mjs",
        cwd=_HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        told = {"issuer": issuer, "clients": clients, "invitation": invitation}
        process.stdin.write(json.dumps(told).encode() + b"\n")
        async with asyncio.timeout(60):
            while (line := await process.stdout.readline()).strip() != b"ready":
                assert line, "it ended"
        async with httpx.AsyncClient() as http:
            yield PeerBrowser(issuer, http)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
