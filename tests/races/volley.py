"""Many copies of one token request that reach two nodes at the same moment.

Each goes over a connection of its own and waits, whole but for its last byte; then all last bytes are sent at once.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

from tests.driver import RelyingParty

COPIES = 50
_HEADS_ARRIVE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of the token endpoint."""

    status: int
    body: dict[str, Any]

    @property
    def error(self) -> str:
        return str(self.body.get("error", ""))


async def at_once(ports: Sequence[int], request: bytes, copies: int = COPIES) -> list[Reply]:
    """Send the copies to the ports in turn, all in one moment, and return the answers."""
    streams = [await asyncio.open_connection("127.0.0.1", port) for port in islice(cycle(ports), copies)]
    try:
        for _, writer in streams:
            writer.write(request[:-1])
            await writer.drain()
        await asyncio.sleep(_HEADS_ARRIVE)
        for _, writer in streams:
            writer.write(request[-1:])
        return [_parse(raw) for raw in await asyncio.gather(*(reader.read() for reader, _ in streams))]
    finally:
        for _, writer in streams:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in streams))


async def unheard(port: int, request: bytes, *, seconds: float = 0.5) -> None:
    """Send a request, give it time to be worked on, and go away without reading the answer."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    await asyncio.sleep(seconds)
    writer.transport.abort()


def redemption(rp: RelyingParty, code: str) -> bytes:
    """Return the token request that redeems a code."""
    return _token_request(
        rp,
        grant_type="authorization_code",
        code=code,
        redirect_uri=rp.redirect_uri,
        code_verifier=rp.verifier,
    )


def refreshing(rp: RelyingParty, refresh_token: str) -> bytes:
    """Return the token request that presents a refresh token."""
    return _token_request(rp, grant_type="refresh_token", refresh_token=refresh_token)


def _token_request(rp: RelyingParty, **form: str) -> bytes:
    body = urlencode(form)
    credentials = b64encode(f"{rp.client_id}:{rp.client_secret}".encode()).decode()
    head = (
        "POST /token HTTP/1.1",
        "Host: localhost",
        f"Authorization: Basic {credentials}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join((*head, "", body)).encode()


def _parse(raw: bytes) -> Reply:
    head, _, body = raw.partition(b"\r\n\r\n")
    return Reply(status=int(head.split(b" ", 2)[1]), body=json.loads(body))
