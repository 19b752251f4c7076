"""The public keys of a client: registered as they are, or read from its `jwks_uri` – RFC 7517 §5.

Read again after five minutes, and earlier for a signature that none of them made, but at most every five seconds. When
reading fails, those read last serve on.
"""

from collections.abc import Callable

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from federation.national_mock.clients import Client

_KEEP_SECONDS, _PAUSE_SECONDS = 300, 5
_TIMEOUT_SECONDS = 3.0
_MOST_BYTES = 64 * 1024


class ClientKeys:
    """Finds and remembers them."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._held: dict[str, KeySet] = {}
        self._read_at: dict[str, int] = {}

    def of(self, client: Client) -> KeySet:
        """Return the keys of this client; none, if it has none or they cannot be read."""
        if client.jwks is not None:
            return KeySet.import_key_set({"keys": client.jwks["keys"]})
        if self._now() >= self._read_at.get(client.client_id, 0) + _KEEP_SECONDS:
            self._read(client)
        return self._held.get(client.client_id, KeySet([]))

    def again(self, client: Client) -> KeySet | None:
        """Return keys read anew; None if they were read just now, or stand in the registration."""
        if client.jwks is not None or self._now() < self._read_at.get(client.client_id, 0) + _PAUSE_SECONDS:
            return None
        self._read(client)
        return self._held.get(client.client_id)

    def _read(self, client: Client) -> None:
        if not client.jwks_uri:
            return
        self._read_at[client.client_id] = self._now()
        try:
            answer = httpx.get(client.jwks_uri, timeout=_TIMEOUT_SECONDS, trust_env=False)
            if answer.is_success and len(answer.content) <= _MOST_BYTES:
                self._held[client.client_id] = KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError):
            return
