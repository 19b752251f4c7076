"""The one door for every JWE we write – RFC 7516 §5.1 (compact form), RFC 7518 §4.3, §4.6, §5.2, §5.3.

We encrypt to the keys of others and decrypt nothing: what comes in encrypted is refused (keys/jose.py). Left out of
what the RFCs offer: RSA1_5 and RSA-OAEP with SHA-1, shared secrets, compression.
"""

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from keys.encryption_keys import EncryptionJwk

KEY_MANAGEMENT = ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256")
"""`alg`: how the recipient gets at the content's key."""
CONTENT_ENCRYPTION = ("A128CBC-HS256", "A128GCM", "A256GCM")
"""`enc`: how the content is encrypted."""
DEFAULT_CONTENT_ENCRYPTION = "A128CBC-HS256"
"""Where an `alg` is registered and no `enc` (OpenID Connect Registration §2)."""
_MAX_KID_CHARS = 256


class CannotEncrypt(Exception):
    """Nobody can be encrypted to, or not with this key; the text is for our log."""


def encrypt(content: str, *, key: EncryptionJwk, alg: str, enc: str, cty: str | None) -> str:
    """Return the content encrypted to the owner of the key; `cty` is "JWT" where it is a signed token (RFC 7519 §5.2)."""
    if alg not in KEY_MANAGEMENT or enc not in CONTENT_ENCRYPTION or alg not in key.algs:
        raise CannotEncrypt("the algorithm is not offered, or the key is not for it")
    header = {"alg": alg, "enc": enc}
    if cty is not None:
        header["cty"] = cty
    if key.kid is not None:
        if len(key.kid) > _MAX_KID_CHARS:
            raise CannotEncrypt("the key's name is too long for a header")
        header["kid"] = key.kid
    try:
        return jwe.encrypt_compact(header, content, _recipient(key), algorithms=[alg, enc])
    except (JoseError, ValueError) as error:  # a point of small order agrees on nothing (RFC 7748 §6.1)
        raise CannotEncrypt(f"the key can't be used: {type(error).__name__}") from error


def _recipient(key: EncryptionJwk) -> RSAKey | ECKey | OKPKey:
    if isinstance(key.key, rsa.RSAPublicKey):
        return RSAKey(key.key, key.key)
    if isinstance(key.key, ec.EllipticCurvePublicKey):
        return ECKey(key.key, key.key)
    return OKPKey(key.key, key.key)
