"""What the kit reads from the provider is bounded as it says: in time as a whole, not from byte to byte."""

import asyncio
import time

import pytest

from resource_server import KeysUnavailable, key_source
from resource_server.key_source import fetch_json
from tests.federation.fetch_peers import serving

pytestmark = pytest.mark.network


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{"]
)
async def test_who_answers_byte_by_byte_is_given_up(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the keys held the lock: once those at hand were old, every request to the API hung."""

    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        for _byte in range(60):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    monkeypatch.setattr(key_source, "_SECONDS", 0.5)
    async with serving(drip) as provider:
        began = time.monotonic()
        with pytest.raises(KeysUnavailable, match="TimeoutError"):
            await fetch_json(f"{provider.origin}/jwks")
        assert time.monotonic() - began < 2.5
