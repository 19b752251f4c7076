"""Request objects that clients keep at addresses of their own – OpenID Connect Core §6.2, RFC 9101 §5.2.

Read afresh for every request: what is there may be another at any time. Each reading is bounded in time and size, a
client's readings together in number, and so are all clients', with those who wait for a turn: a slow server makes its
own client wait, nobody else.
The caller has checked that the address is registered; where it leads is checked at the call (SECURITY D01).
"""

import asyncio
import logging
from weakref import WeakValueDictionary

from federation.fetch import Fetcher, FetchFailed
from idp.clients.waiting import Waiting
from idp.ids import ClientId
from idp.log import fields
from idp.protocol.errors import InvalidRequestUri
from keys.jose import MAX_TOKEN_CHARS

_AT_ONCE = 16
_AT_ONCE_OF_A_CLIENT = 4
_ACCEPT = "application/oauth-authz-req+jwt, application/jwt"
_log = logging.getLogger("hpid.clients.request_documents")


class RequestDocuments:
    """What clients show at their `request_uris`; one per process."""

    def __init__(
        self, fetcher: Fetcher, *, waiting: Waiting | None = None, longest_fetch: float = 4.0
    ) -> None:
        """`fetcher` serves nobody else: anybody who names a request object makes it call.

        `longest_fetch`: seconds until a client's server is taken to be away, the wait for a turn included.
        """
        self._waiting = waiting or Waiting()
        self._fetcher = fetcher
        self._longest_fetch = longest_fetch
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._slots_of: WeakValueDictionary[ClientId, asyncio.Semaphore] = WeakValueDictionary()

    async def aclose(self) -> None:
        """End all connections."""
        await self._fetcher.aclose()

    async def read(self, client_id: ClientId, address: str) -> str:
        """Return the token there, nothing of it believed; one error for whatever goes wrong there, or TooManyWait."""
        try:
            with self._waiting.for_server_of(client_id):
                return await self._read(client_id, address)
        except (FetchFailed, TimeoutError, ValueError) as error:
            reason = str(error) or type(error).__name__
            _log.info("a request object can't be read", extra=fields(client=client_id, reason=reason))
            raise InvalidRequestUri("request_uri leads to no request object", detail=reason) from error

    async def _read(self, client_id: ClientId, address: str) -> str:
        own = self._slots_of.setdefault(client_id, asyncio.Semaphore(_AT_ONCE_OF_A_CLIENT))
        async with asyncio.timeout(self._longest_fetch), own, self._slots:
            response = await self._fetcher.get(address, accept=_ACCEPT)
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        body = response.body.strip()
        if not body.isascii() or not 0 < len(body) <= MAX_TOKEN_CHARS:
            raise ValueError("no token, or one that is too large")
        return body.decode("ascii")
