"""The JWK Set – OpenID Connect Core §10.1, RFC 7517 §5: keys that sign, keys that soon will, keys still verifying."""

from idp.edge import Answer, Call


async def jwks(call: Call) -> Answer:
    """Answer the public keys; cacheable for half as long as a new key is announced before it signs."""
    seconds = int(call.provider.settings.life.key_publish.total_seconds() // 2)
    keys = call.provider.keyring.public_jwks()
    return Answer.json(dict(keys), headers=(("cache-control", f"public, max-age={seconds}"),))
