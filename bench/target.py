"""What a flow must know of a provider: its addresses, one client of each sort, and people who are signed in."""

import hashlib
import json
import secrets
import time
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property

import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

AUDIENCE = "https://warehouse.example/"
SCOPE = "data.read"
REDIRECT_URI = "https://rp.example/callback"
_STEP_SECONDS = 30
VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where the endpoints are."""

    authorize: str
    token: str
    userinfo: str
    introspect: str
    jwks: str
    discovery: str = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Secret:
    """A client with a secret."""

    client_id: str
    secret: str = field(repr=False)

    @property
    def basic(self) -> str:
        """Return its Authorization header (RFC 6749 §2.3.1)."""
        return "Basic " + b64encode(f"{self.client_id}:{self.secret}".encode()).decode()


class Key:
    """The key of a client that proves itself by assertions (RFC 7523)."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self._key = ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def jwk(self) -> dict[str, str]:
        """Return the public key as registered."""
        numbers = self._key.public_key().public_numbers()
        x, y = (_b64(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "bench", "x": x, "y": y}

    def assertion(self, audience: str) -> str:
        """Return a fresh assertion, good for a minute."""
        now = int(time.time())
        header = {"alg": "ES256", "kid": "bench", "typ": "client-authentication+jwt"}
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + 60,
        }
        message = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
        r, s = decode_dss_signature(self._key.sign(message.encode(), ec.ECDSA(SHA256())))
        return f"{message}.{_b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass(slots=True, kw_only=True)
class Account:
    """Somebody with a password and an authenticator, each of whose steps counts once (RFC 6238 §5.2)."""

    username: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    last_step: int = 0

    def next_code(self) -> str | None:
        """Return a code not used yet, None if all that count at this moment were."""
        current = int(time.time()) // _STEP_SECONDS
        step = max(self.last_step + 1, current)
        if step > current + 1:
            return None
        self.last_step = step
        return pyotp.TOTP(self.totp_secret).generate_otp(step)


@dataclass(slots=True, kw_only=True)
class Target:
    """One provider as the flows see it; whoever is signed in is known by a Cookie header, one for each slot."""

    issuer: str
    paths: Paths
    machine: Secret
    keyed: Key
    rp: Secret
    opaque: bool
    """Whether it can answer access tokens that say nothing."""
    accounts: deque[Account] = field(default_factory=deque, repr=False)
    """Who signs in with a password."""
    cookies: list[str] = field(default_factory=list, repr=False)
    refresh_tokens: list[str] = field(default_factory=list, repr=False)
    access_tokens: list[str] = field(default_factory=list, repr=False)
    machine_token: str = field(default="", repr=False)
    sign_in_anew: Callable[["Target"], Awaitable[None]] | None = None
    """Fills `cookies` once more, before each stretch that needs them, where the provider forgets who is signed in."""

    @property
    def host(self) -> str:
        return self.issuer.partition("://")[2]


def claims_of(token: str) -> dict[str, object]:
    """Return what a JWT says, unverified."""
    part = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
