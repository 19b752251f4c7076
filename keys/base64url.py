"""base64url without padding – RFC 4648 §5, RFC 7515 §2. Pure.

Stricter than most decoders: padding, white space, foreign characters and non-zero spare bits are refused, so
that one value has exactly one spelling and a token can't be varied without breaking it.
"""

from base64 import urlsafe_b64decode
from binascii import b2a_base64

_SAFE = bytes.maketrans(b"+/", b"-_")


def encode(raw: bytes) -> str:
    """Return the one spelling of these bytes."""
    return b2a_base64(raw, newline=False).translate(_SAFE, b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes, or raise ValueError unless `text` is exactly how we would spell them."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(raw) != text:  # the decoder skips what it does not know; the comparison does not
        raise ValueError("not canonical base64url")
    return raw
