"""A token of ours that comes back: whose key this node has not read yet is looked for once, before it is refused.

What every node knows of keys is up to a second old, and after an emergency the fresh key signs at once (DESIGN 5.14):
who is given a token by one node and goes to another with it must not be told that it is none of ours.
"""

from idp.edge.call import Call
from keys.jose import Purpose, UnknownKey, VerifiedJwt


async def verified(call: Call, token: str, *, purpose: Purpose) -> VerifiedJwt:
    """Return the claims of a token we signed, or raise InvalidJwt; DatabaseUnavailable where nobody can say."""
    keyring = call.provider.keyring
    try:
        return keyring.verify(token, purpose=purpose)
    except UnknownKey:
        await call.provider.configuration.refresh()
        return keyring.verify(token, purpose=purpose)
