"""How long somebody waits in front of a page that needs an answer from elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from federation.upstream import UpstreamError


@asynccontextmanager
async def answered_within(seconds: float) -> AsyncIterator[None]:
    """Give up when it takes longer, however many calls it is made of (SECURITY R21): UpstreamError."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UpstreamError("no answer while somebody waits", unavailable=True) from None
