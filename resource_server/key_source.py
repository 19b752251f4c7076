"""The provider's public keys: found through discovery, cached, refetched with restraint, last good ones kept.

OpenID Connect Discovery 1.0 §4 (the issuer must match exactly), RFC 7517 §5. An unknown kid asks the provider
again at most once in 30 s, however many requests bring one; while the provider is away the known keys go on.
"""

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

Fetch = Callable[[str], Awaitable[Mapping[str, object]]]
"""GET a URL, return its JSON object; raise KeysUnavailable or OSError when that fails."""

_LARGEST = 256 * 1024
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SECONDS = 5.0
_SECONDS_WITHOUT_KEYS = 1.0


class KeysUnavailable(Exception):
    """The provider's keys cannot be read, and none are known from before."""


class JwksSource:
    """One issuer's signing keys by kid."""

    def __init__(
        self,
        issuer: str,
        *,
        fetch: Fetch | None = None,
        max_age: timedelta = timedelta(minutes=5),
        cooldown: timedelta = timedelta(seconds=30),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._fetch = fetch or fetch_json
        self._max_age = max_age.total_seconds()
        self._cooldown = cooldown.total_seconds()
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._keys: dict[str, Key] = {}
        self._fresh_until = float("-inf")
        self._may_ask_again_at = float("-inf")

    async def find(self, kid: str) -> Key | None:
        """Return the key, None where the provider has no such key, or raise KeysUnavailable."""
        await self._keep_fresh()
        if not self._keys:
            raise KeysUnavailable("no keys were ever read")
        if kid not in self._keys:
            await self._ask_again(kid)
        return self._keys.get(kid)

    async def _keep_fresh(self) -> None:
        if self._monotonic() < self._fresh_until:
            return
        async with self._lock:
            if self._monotonic() >= self._fresh_until:
                await self._load()

    async def _ask_again(self, kid: str) -> None:
        async with self._lock:
            if kid in self._keys or self._monotonic() < self._may_ask_again_at:
                return
            self._may_ask_again_at = self._monotonic() + self._cooldown
            await self._load()

    async def _load(self) -> None:
        # moved before the download: requests that come meanwhile use the keys at hand and don't queue
        wait = self._cooldown if self._keys else _SECONDS_WITHOUT_KEYS
        self._fresh_until = self._monotonic() + (wait if self._keys else 0)
        try:
            self._keys = await self._download()
        except (KeysUnavailable, OSError):
            self._fresh_until = self._monotonic() + wait
        else:
            self._fresh_until = self._monotonic() + self._max_age

    async def _download(self) -> dict[str, Key]:
        metadata = await self._fetch(f"{self.issuer}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.issuer:  # Discovery §4.3
            raise KeysUnavailable("the discovery document names another issuer")
        jwks_uri = metadata.get("jwks_uri")
        if not isinstance(jwks_uri, str) or not _is_safe(jwks_uri):
            raise KeysUnavailable("jwks_uri must be https, or http on loopback")
        listed = (await self._fetch(jwks_uri)).get("keys")
        keys = _signing_keys(listed if isinstance(listed, list) else [])
        if not keys:
            raise KeysUnavailable("the key set holds no usable key")
        return keys


async def fetch_json(url: str, *, verify: ssl.SSLContext | bool = True) -> Mapping[str, object]:
    """GET a small JSON object: no redirects, 5 s, 256 KiB."""
    body = bytearray()
    try:
        async with (
            asyncio.timeout(_SECONDS),  # in all: a client's own begins anew with every byte
            httpx.AsyncClient(timeout=_SECONDS, verify=verify) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise KeysUnavailable("the provider did not answer 200")
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST:
                    raise KeysUnavailable("the provider's answer is too large")
        found = json.loads(body)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise KeysUnavailable(f"the provider cannot be read: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise KeysUnavailable("the provider's answer is not a JSON object")
    return found


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _signing_keys(listed: list[object]) -> dict[str, Key]:
    """Keep public asymmetric signing keys that have a kid; others are not for us (RFC 7517 §5)."""
    keys: dict[str, Key] = {}
    for jwk in listed[:100]:
        if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str) or jwk.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(jwk)
        except (JoseError, ValueError, TypeError):
            continue
        if isinstance(key, ECKey | RSAKey | OKPKey) and not key.is_private:
            keys.setdefault(jwk["kid"], key)
    return keys
