"""The clients' public keys, registered by value or fetched from their `jwks_uri` – OpenID Connect Core §10, RFC 7591 §2.

Fetched sets are held per process, for ten minutes; a `kid` nobody knows asks the client again at once, but at most once
in 30 s, however many tokens bring one (Core §10.1.1). While a client's server is away the last set serves, for a day at
most; with none, its signatures are simply not valid. One fetch per client at a time, a bounded number together, and
each bounded in time: a slow server makes its own client wait, nobody else, and of that client's requests some wait and
the others are told to come again.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from federation.fetch import Fetcher, FetchFailed
from idp.clients.waiting import Waiting
from idp.clock import Clock
from idp.log import fields
from idp.protocol.encryption import Encryption
from idp.protocol.facts import ClientFacts
from keys.encryption_keys import EncryptionJwk
from keys.jose import Purpose, UnknownKey, UnverifiedJwt, VerifiedJwt, verify
from keys.jwe import CannotEncrypt, encrypt
from keys.jwk import InvalidJwkSet
from keys.public_keys import NO_KEYS, PublicKeys

_COPY_LIVES = timedelta(minutes=10)
_PAUSE = timedelta(seconds=30)
_PAUSE_WITHOUT_KEYS = timedelta(seconds=5)
_LAST_GOOD = timedelta(hours=24)
_FETCHES_AT_ONCE = 16
_MOST_CLIENTS = 2048
_ACCEPT = "application/jwk-set+json, application/json"
_log = logging.getLogger("hpid.clients.keys")


@dataclass(slots=True)
class _Copy:
    """What one `jwks_uri` said, and when it was last asked; a moment still to come is of before a clock was set back."""

    uri: str
    held: PublicKeys | None = None
    read_at: datetime | None = None
    tried_at: datetime | None = None
    reading: asyncio.Task[None] | None = field(default=None, repr=False)

    def keys(self, now: datetime) -> PublicKeys:
        """Return what is held, unless nobody has confirmed it for a day."""
        if self.held is None or self.read_at is None or now >= self.read_at + _LAST_GOOD:
            return NO_KEYS
        return self.held

    def is_young(self, now: datetime) -> bool:
        return self.read_at is not None and self.read_at <= now < self.read_at + _COPY_LIVES

    def may_ask(self, now: datetime) -> bool:
        pause = _PAUSE_WITHOUT_KEYS if self.held is None else _PAUSE
        return self.tried_at is None or not self.tried_at <= now < self.tried_at + pause


class ClientKeys:
    """Every client's keys, as this process knows them. The caller has checked that the client is enabled."""

    def __init__(
        self, fetcher: Fetcher, clock: Clock, *, waiting: Waiting | None = None, longest_fetch: float = 4.0
    ) -> None:
        """`longest_fetch`: seconds until a client's server is taken to be away."""
        self._waiting = waiting or Waiting()
        self._fetcher = fetcher
        self._longest_fetch = longest_fetch
        self._clock = clock
        self._copies: OrderedDict[str, _Copy] = OrderedDict()
        self._slots = asyncio.Semaphore(_FETCHES_AT_ONCE)

    async def of(self, client: ClientFacts) -> PublicKeys:
        """Return the client's keys; none if it has registered none or they can't be had. Raises TooManyWait alone."""
        if client.jwks is not None:
            return _by_value(client.jwks)
        if client.jwks_uri is None:
            return NO_KEYS
        copy = self._copy(client, client.jwks_uri)
        if not copy.is_young(self._clock.now()):
            await self._ask(copy, client, joins=copy.held is None)
        return copy.keys(self._clock.now())

    async def verify(
        self, client: ClientFacts, token: str | UnverifiedJwt, *, purpose: Purpose
    ) -> VerifiedJwt:
        """Return the claims of a token this client signed, or raise InvalidJwt or TooManyWait."""
        known = await self.of(client)
        try:
            return verify(token, purpose=purpose, keys=known.signing)
        except UnknownKey:
            if client.jwks is not None or client.jwks_uri is None:
                raise
            copy = self._copy(client, client.jwks_uri)
            await self._ask(copy, client, joins=True)
            fresh = copy.keys(self._clock.now())
            if fresh is known:
                raise
            return verify(token, purpose=purpose, keys=fresh.signing)

    async def encryption_key(self, client: ClientFacts, *, alg: str) -> EncryptionJwk | None:
        """Return the key to encrypt to with this key management algorithm, or None if the client shows none."""
        return (await self.of(client)).encryption.find(alg)

    async def encrypt(
        self, client: ClientFacts, content: str, how: Encryption, *, cty: str | None = "JWT"
    ) -> str:
        """Return the content encrypted to the client, or raise CannotEncrypt; `cty` is None for what is no token."""
        key = await self.encryption_key(client, alg=how.alg)
        if key is None:
            raise CannotEncrypt("the client shows no key for the algorithm it registered")
        return encrypt(content, key=key, alg=how.alg, enc=how.enc, cty=cty)

    def _copy(self, client: ClientFacts, uri: str) -> _Copy:
        """Return this client's copy; a new one if it moved. The one not asked for the longest makes room."""
        copy = self._copies.get(client.client_id)
        if copy is None or copy.uri != uri:
            copy = self._copies[client.client_id] = _Copy(uri=uri)
        self._copies.move_to_end(client.client_id)
        if len(self._copies) > _MOST_CLIENTS:
            self._copies.popitem(last=False)
        return copy

    async def _ask(self, copy: _Copy, client: ClientFacts, *, joins: bool) -> None:
        """Fetch, unless it was done just now; whoever can't do without the answer waits for one under way."""
        if copy.reading is None:
            if not copy.may_ask(self._clock.now()):
                return
            copy.tried_at = self._clock.now()
            copy.reading = asyncio.create_task(self._read(copy, client))
        elif not joins:
            return
        with self._waiting.for_server_of(client.client_id):
            await asyncio.shield(copy.reading)  # a caller that gives up takes the answer from nobody

    async def _read(self, copy: _Copy, client: ClientFacts) -> None:
        try:
            found = await self._fetch(copy.uri)
        except (FetchFailed, InvalidJwkSet, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            _log.warning(
                "a client's keys can't be read", extra=fields(client=client.client_id, reason=reason)
            )
        else:
            copy.held, copy.read_at = found, self._clock.now()
        finally:
            copy.reading = None

    async def _fetch(self, uri: str) -> PublicKeys:
        async with asyncio.timeout(self._longest_fetch), self._slots:
            response = await self._fetcher.get(uri, accept=_ACCEPT)
        if response.status != 200:
            raise InvalidJwkSet(f"status {response.status}")
        return PublicKeys.parse(response.body)


def _by_value(jwks: str) -> PublicKeys:
    try:
        return _parsed(jwks)
    except InvalidJwkSet:  # registration refuses these; a row written otherwise verifies nothing
        return NO_KEYS


@lru_cache(maxsize=_MOST_CLIENTS)
def _parsed(jwks: str) -> PublicKeys:
    return PublicKeys.parse(jwks)
