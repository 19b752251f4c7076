"""The JWK Set – OpenID Connect Core §10.1, RFC 7517 §5: keys that sign, keys that soon will, keys still verifying."""

from idp.edge import Answer, Call
from idp.endpoints.published import Published, Shelf

_SHELF = Shelf()


async def jwks(call: Call) -> Answer:
    """Answer the public keys; cacheable for half as long as a new key is announced before it signs."""
    keyring = call.provider.keyring
    seconds = int(call.provider.settings.life.key_publish.total_seconds() // 2)
    kids = keyring.stand().kids_in_order  # a kid is its key's thumbprint
    return _SHELF.find((kids, seconds), lambda: Published.of(keyring.public_jwks(), max_age=seconds)).answer(
        call
    )
