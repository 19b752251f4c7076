"""Sealing at rest, keyed look-ups and keyed digests – AES-256-GCM (NIST SP 800-38D), HMAC-SHA256 (RFC 2104).

Pseudonyms that outsiders keep and only we resolve – AES-256-SIV (RFC 5297).

Sealed: `version (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`, bound to its purpose, so that a value moved to
another column does not open. Nonces are random: one version of the master key is good for 2³² seals of one
purpose, then comes a new version. Digests, subjects and peppered passwords can't be recomputed from what is
stored, pseudonyms are known outside, and nothing may change a row of the audit log: these stay on version 1.
"""

import hmac
import os
import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys import base64url
from keys.master import KEY_BYTES, MasterKey

_NONCE_BYTES = 12
_TAG_BYTES = 16
STABLE = 1
"""The version whose results are compared for ever, or lie where nothing is sealed anew; it is never given up."""


class Unsealable(Exception):
    """Not ours, changed, cut short, of another purpose or of an unknown version: which one is not told."""

    def __init__(self) -> None:
        super().__init__("sealed bytes do not open")


class Vault:
    """What the master key is used for; everything is bound to a `purpose`, a constant of the caller."""

    __slots__ = ("_aliases", "_cipher", "_master")

    def __init__(self, master: MasterKey) -> None:
        self._master = master
        self._cipher = lru_cache(maxsize=256)(self._make_cipher)
        self._aliases = lru_cache(maxsize=256)(self._make_aliases)

    @property
    def current_version(self) -> int:
        """Return the version that seals now; what has another one is due for resealing."""
        return self._master.current

    @property
    def versions(self) -> frozenset[int]:
        """Return the versions that open."""
        return frozenset(self._master.versions)

    def seal(self, plaintext: bytes, *, purpose: str, version: int | None = None) -> bytes:
        """Return the plaintext sealed under the current version, or STABLE where it can't be sealed anew."""
        version = version or self._master.current
        return _seal(self._cipher(purpose, version), plaintext, purpose=purpose, version=version)

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return what was sealed for this purpose, or raise Unsealable."""
        return _open(self._cipher(purpose, self.version_of(sealed)), sealed, purpose=purpose)

    def reseal(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return the same plaintext sealed under the current version, or raise Unsealable."""
        return self.seal(self.open(sealed, purpose=purpose), purpose=purpose)

    def version_of(self, sealed: bytes) -> int:
        """Return the master key version of a sealed value or a look-up, or raise Unsealable."""
        if not sealed or sealed[0] not in self._master.versions:
            raise Unsealable
        return sealed[0]

    def seal_text(self, text: str, *, purpose: str) -> bytes:
        """Seal a text."""
        return self.seal(text.encode(), purpose=purpose)

    def seal_texts(self, texts: Sequence[str], *, purpose: str) -> list[bytes]:
        """Seal many texts: each by a nonce of its own, all of them drawn at once and kept nowhere."""
        version = self._master.current
        prefix = bytes([version])
        encrypt, bound_to = self._cipher(purpose, version).encrypt, purpose.encode() + prefix
        nonces = secrets.token_bytes(_NONCE_BYTES * len(texts))
        sealed = []
        for at, text in zip(range(0, len(nonces), _NONCE_BYTES), texts, strict=True):
            nonce = nonces[at : at + _NONCE_BYTES]
            sealed.append(prefix + nonce + encrypt(nonce, text.encode(), bound_to))
        return sealed

    def open_text(self, sealed: bytes, *, purpose: str) -> str:
        """Return a sealed text, or raise Unsealable."""
        return self.open(sealed, purpose=purpose).decode()

    def seal_compact(self, text: str, *, purpose: str) -> str:
        """Seal a text in base64url, for a cookie."""
        return base64url.encode(self.seal_text(text, purpose=purpose))

    def open_compact(self, unverified_sealed: str, *, purpose: str) -> str:
        """Return the text of a cookie we sealed, or raise Unsealable whatever the browser sent."""
        try:
            sealed = base64url.decode(unverified_sealed)
        except ValueError:
            raise Unsealable from None
        return self.open_text(sealed, purpose=purpose)

    def seal_under(self, secret: str, plaintext: bytes, *, purpose: str, version: int | None = None) -> bytes:
        """Seal so that it takes both the master key and this high-entropy secret to open (DESIGN 5.6)."""
        return self.sealer_under(secret, purpose=purpose, version=version).seal(plaintext)

    def sealer_under(self, secret: str, *, purpose: str, version: int | None = None) -> "Sealer":
        """Return what `seal_under` seals by: whoever seals often under one secret keeps it."""
        version = version or self._master.current
        return Sealer(self._cipher_under(secret, purpose, version), purpose=purpose, version=version)

    def open_under(self, secret: str, sealed: bytes, *, purpose: str) -> bytes:
        """Return what was sealed under this secret, or raise Unsealable."""
        cipher = self._cipher_under(secret, purpose, self.version_of(sealed))
        return _open(cipher, sealed, purpose=purpose)

    def lookup(self, value: str, *, purpose: str) -> bytes:
        """Return the 33 bytes to store beside a sealed value, to find it by exact match."""
        return self._lookup(value, purpose, self._master.current)

    def lookup_each(self, values: Sequence[str], *, purpose: str) -> list[bytes]:
        """Return the look-up of each value."""
        version = self._master.current
        key, prefix = self._master.derive(f"lookup:{purpose}", version), bytes([version])
        return [prefix + hmac.digest(key, _bytes(value), "sha256") for value in values]

    def lookups(self, value: str, *, purpose: str) -> tuple[bytes, ...]:
        """Return the look-ups under every version, the current one first: what a search compares with."""
        return tuple(self._lookup(value, purpose, version) for version in self._master.versions)

    def digest(self, secret: str) -> bytes:
        """Return the 32 bytes stored instead of a high-entropy secret."""
        return self._hmac("digest", STABLE, _bytes(secret))

    def subject(self, person_id: str, sector: str) -> str:
        """Return a person's first `sub` in a sector: 43 characters that tell nothing (Core §8.1)."""
        person = person_id.encode()
        message = len(person).to_bytes(2, "big") + person + sector.encode()
        return base64url.encode(self._hmac("subject", STABLE, message))

    def pseudonym(self, text: str, *, purpose: str, audience: str) -> str:
        """Return what one audience calls this: always the same, and nothing two audiences could compare."""
        sealed = self._aliases(purpose).encrypt(text.encode(), [audience.encode()])
        return base64url.encode(sealed)

    def open_pseudonym(self, unverified_pseudonym: str, *, purpose: str, audience: str) -> str:
        """Return what this audience means by it, or raise Unsealable: it is none that we gave this audience."""
        try:
            sealed = base64url.decode(unverified_pseudonym)
            return self._aliases(purpose).decrypt(sealed, [audience.encode()]).decode()
        except (ValueError, InvalidTag):
            raise Unsealable from None

    def pepper(self, password: str) -> str:
        """Return what goes into the password hash: without the master key a stolen hash can't be tried."""
        normal = unicodedata.normalize("NFC", password)  # SP 800-63B §3.1.1.2
        return b64encode(self._hmac("pepper", STABLE, _bytes(normal))).decode()

    def _cipher_under(self, secret: str, purpose: str, version: int) -> AESGCM:
        salt = self._master.derive(f"under:{purpose}", version)
        hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"hpid-under")
        return AESGCM(hkdf.derive(_bytes(secret)))

    def _make_cipher(self, purpose: str, version: int) -> AESGCM:
        return AESGCM(self._master.derive(f"seal:{purpose}", version))

    def _make_aliases(self, purpose: str) -> AESSIV:
        halves = (
            self._master.derive(f"{use}:{purpose}", STABLE) for use in ("pseudonym-s2v", "pseudonym-ctr")
        )
        return AESSIV(b"".join(halves))  # RFC 5297 §2.2: K1 ‖ K2

    def _lookup(self, value: str, purpose: str, version: int) -> bytes:
        return bytes([version]) + self._hmac(f"lookup:{purpose}", version, _bytes(value))

    def _hmac(self, purpose: str, version: int, message: bytes) -> bytes:
        return hmac.digest(self._master.derive(purpose, version), message, "sha256")


class Sealer:
    """One key of one purpose, ready to seal; `Vault.open_under` opens what it sealed."""

    __slots__ = ("_cipher", "_purpose", "_version")

    def __init__(self, cipher: AESGCM, *, purpose: str, version: int) -> None:
        self._cipher = cipher
        self._purpose = purpose
        self._version = version

    def seal(self, plaintext: bytes) -> bytes:
        """Return the plaintext sealed."""
        return _seal(self._cipher, plaintext, purpose=self._purpose, version=self._version)


def _seal(cipher: AESGCM, plaintext: bytes, *, purpose: str, version: int) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    prefix = bytes([version])
    return prefix + nonce + cipher.encrypt(nonce, plaintext, purpose.encode() + prefix)


def _open(cipher: AESGCM, sealed: bytes, *, purpose: str) -> bytes:
    if len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES:
        raise Unsealable
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, ciphertext, purpose.encode() + sealed[:1])
    except InvalidTag:
        raise Unsealable from None


def _bytes(text: str) -> bytes:
    """Encode what strangers sent: half a surrogate pair is a wrong secret, not a fault of ours."""
    return text.encode("utf-8", "surrogatepass")
