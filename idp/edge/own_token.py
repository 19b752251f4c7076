"""A token of ours that comes back: whose key this node has not read yet is looked for once, before it is refused.

What every node knows of keys is up to a second old, and after an emergency the fresh key signs at once (DESIGN 5.14):
who is given a token by one node and goes to another with it must not be told that it is none of ours.
"""

from idp.edge.call import Call
from keys.jose import InvalidJwt, Purpose, UnknownKey, UnverifiedJwt, VerifiedJwt, peek


async def verified(call: Call, token: str, *, purpose: Purpose) -> VerifiedJwt:
    """Return the claims of a token we signed, or raise InvalidJwt; DatabaseUnavailable where nobody can say."""
    keyring = call.provider.keyring
    try:
        return keyring.verify(token, purpose=purpose)
    except UnknownKey:
        await call.provider.configuration.refresh()
        return keyring.verify(token, purpose=purpose)


async def of_a_lost_key(call: Call, token: str, *, purpose: Purpose) -> UnverifiedJwt | None:
    """Return what a token says that names a key of ours which was revoked or erased; None for any other.

    Nothing of it is proved: whoever has the key may have written it.
    """
    try:
        unverified = peek(token, purpose=purpose)
    except InvalidJwt:
        return None
    records = await call.provider.database.read(lambda tx: tx.signing_keys.all())
    lost = {record.kid for record in records if record.erased_at is not None}
    return unverified if unverified.header.kid in lost else None
