"""A recipient of encrypted tokens, written from RFC 7516 §5.2 and RFC 7518 §4–5, not with the library we encrypt by."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from cryptography.hazmat.primitives.padding import PKCS7

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | x25519.X25519PrivateKey
KEY_BYTES = {"A128CBC-HS256": 32, "A128GCM": 16, "A256GCM": 32}
WRAP_BYTES = {"ECDH-ES+A128KW": 16, "ECDH-ES+A256KW": 32}


@dataclass(frozen=True)
class Decrypted:
    header: dict[str, Any]
    content: str


@dataclass(frozen=True)
class Recipient:
    """A private key and the public JWK a client would register for it."""

    kid: str
    private: PrivateKey = field(repr=False)

    @classmethod
    def rsa(cls, kid: str = "enc-rsa") -> "Recipient":
        return cls(kid, rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @classmethod
    def ec(cls, kid: str = "enc-ec", curve: ec.EllipticCurve | None = None) -> "Recipient":
        return cls(kid, ec.generate_private_key(curve or ec.SECP256R1()))

    @classmethod
    def x25519(cls, kid: str = "enc-x25519") -> "Recipient":
        return cls(kid, x25519.X25519PrivateKey.generate())

    @property
    def jwk(self) -> dict[str, object]:
        named: dict[str, object] = {"kid": self.kid, "use": "enc"}
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            n, e = public.public_numbers().n, public.public_numbers().e
            return {**named, "kty": "RSA", "n": b64(_minimal(n)), "e": b64(_minimal(e))}
        if isinstance(public, x25519.X25519PublicKey):
            return {**named, "kty": "OKP", "crv": "X25519", "x": b64(public.public_bytes_raw())}
        numbers, size = public.public_numbers(), (public.key_size + 7) // 8
        x, y = (b64(number.to_bytes(size, "big")) for number in (numbers.x, numbers.y))
        return {**named, "kty": "EC", "crv": f"P-{public.key_size}", "x": x, "y": y}

    @property
    def jwks(self) -> str:
        return json.dumps({"keys": [self.jwk]})

    def read(self, token: str) -> Decrypted:
        """Decrypt a token in compact form; raises whatever the cipher raises if one bit is wrong."""
        protected, encrypted_key, iv, ciphertext, tag = token.split(".")
        header = json.loads(unb64(protected))
        key = self._content_key(header, unb64(encrypted_key))
        aad = protected.encode()
        if header["enc"] == "A128CBC-HS256":
            content = _cbc_hs256(key, unb64(iv), unb64(ciphertext), unb64(tag), aad)
        else:
            content = AESGCM(key).decrypt(unb64(iv), unb64(ciphertext) + unb64(tag), aad)
        return Decrypted(header, content.decode())

    def _content_key(self, header: dict[str, Any], encrypted_key: bytes) -> bytes:
        alg, size = header["alg"], KEY_BYTES[header["enc"]]
        if isinstance(self.private, rsa.RSAPrivateKey):
            assert alg == "RSA-OAEP-256"
            key = self.private.decrypt(encrypted_key, padding.OAEP(padding.MGF1(SHA256()), SHA256(), None))
            assert len(key) == size
            return key
        if alg == "ECDH-ES":
            assert encrypted_key == b""
            return derive(self._agree(header["epk"]), header["enc"], size)
        return aes_key_unwrap(derive(self._agree(header["epk"]), alg, WRAP_BYTES[alg]), encrypted_key)

    def _agree(self, epk: dict[str, str]) -> bytes:
        if isinstance(self.private, x25519.X25519PrivateKey):
            return self.private.exchange(x25519.X25519PublicKey.from_public_bytes(unb64(epk["x"])))
        assert isinstance(self.private, ec.EllipticCurvePrivateKey)
        x, y = (int.from_bytes(unb64(epk[name]), "big") for name in ("x", "y"))
        return self.private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicNumbers(x, y, self.private.curve).public_key()
        )


def derive(shared: bytes, algorithm: str, size: int, apu: bytes = b"", apv: bytes = b"") -> bytes:
    """RFC 7518 §4.6.2."""
    parts = (algorithm.encode(), apu, apv)
    info = b"".join(len(part).to_bytes(4, "big") + part for part in parts) + (size * 8).to_bytes(4, "big")
    return ConcatKDFHash(SHA256(), size, info).derive(shared)


def _cbc_hs256(key: bytes, iv: bytes, ciphertext: bytes, tag: bytes, aad: bytes) -> bytes:
    """RFC 7518 §5.2.2.2."""
    signed = aad + iv + ciphertext + (len(aad) * 8).to_bytes(8, "big")
    assert hmac.digest(key[:16], signed, "sha256")[:16] == tag
    reader = Cipher(AES(key[16:]), CBC(iv)).decryptor()
    unpad = PKCS7(128).unpadder()
    return unpad.update(reader.update(ciphertext) + reader.finalize()) + unpad.finalize()


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
