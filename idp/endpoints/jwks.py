"""The JWK Set – OpenID Connect Core §10.1, RFC 7517 §5: keys that sign, keys that soon will, keys still verifying."""

from collections.abc import Hashable

from idp.edge import Answer, Call
from idp.endpoints.published import Published, Shelf
from idp.provider import Provider


async def jwks(call: Call) -> Answer:
    """Answer the public keys; cacheable for half as long as a new key is announced before it signs."""
    return KEYS.find(call.provider).answer(call)


def _what(provider: Provider) -> Hashable:
    return provider.keyring.stand().kids_in_order, _seconds(provider)  # a kid is its key's thumbprint


def _made(provider: Provider) -> Published:
    return Published.of(provider.keyring.public_jwks(), max_age=_seconds(provider))


def _seconds(provider: Provider) -> int:
    return int(provider.settings.life.key_publish.total_seconds() // 2)


KEYS = Shelf(_what, _made)
