"""Make access tokens as a provider would, and serve its keys without a network."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from joserfc import jws
from joserfc.jwk import ECKey, Key, KeyParameters, OctKey, OKPKey, RSAKey

from resource_server import AccessTokenVerifier, JwksSource, KeysUnavailable

ISSUER = "https://id.haiphong.example"
AUDIENCE = "urn:haiphong:kho-du-lieu"
SUBSTANTIAL, HIGH = "urn:haiphong:acr:substantial", "urn:haiphong:acr:high"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_ALL = ["ES256", "RS256", "PS256", "EdDSA", "Ed25519", "HS256", "none", "ES384"]


def key(kind: str = "EC", kid: str = "k1") -> Key:
    """Return a private key of a kind."""
    parameters: KeyParameters = {"kid": kid, "use": "sig"}
    if kind == "RSA":
        return RSAKey.generate_key(2048, parameters)
    if kind == "OKP":
        return OKPKey.generate_key("Ed25519", parameters)
    if kind == "oct":
        return OctKey.generate_key(256, parameters)
    return ECKey.generate_key("P-256", parameters)


K1 = key()


def part(of: Mapping[str, object]) -> str:
    """Encode one JSON part of a JWS."""
    return base64.urlsafe_b64encode(json.dumps(of).encode()).rstrip(b"=").decode()


def claims(**changes: object) -> dict[str, object]:
    """Return the claims of a good access token, with changes; None leaves one out."""
    good: dict[str, object] = {
        "iss": ISSUER,
        "sub": "s-huong",
        "aud": AUDIENCE,
        "client_id": "cong-dich-vu-cong",
        "scope": "docs.read docs.share",
        "gid": "g-1",
        "jti": "j-1",
        "acr": SUBSTANTIAL,
        "auth_time": (NOW - timedelta(minutes=3)).timestamp(),
        "iat": NOW.timestamp(),
        "exp": (NOW + timedelta(minutes=5)).timestamp(),
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def token(
    of: Mapping[str, object] | None = None, *, by: Key = K1, alg: str = "ES256", **header: object
) -> str:
    """Sign an access token; header members can be changed, None leaves one out."""
    protected = {"alg": alg, "typ": "at+jwt", "kid": by.kid} | header
    protected = {name: value for name, value in protected.items() if value is not None}
    body = json.dumps(claims() if of is None else of)
    if alg == "none":
        return f"{part(protected)}.{part(json.loads(body))}."
    return jws.serialize_compact(protected, body, by, algorithms=_ALL)


@dataclass
class Provider:
    """The provider as the kit sees it: two documents, and whether it answers."""

    keys: list[Key] = field(default_factory=lambda: [K1])
    issuer: str = ISSUER
    jwks_uri: object = f"{ISSUER}/jwks"
    away: bool = False
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> Mapping[str, object]:
        """Answer as HTTP would."""
        self.asked.append(url)
        if self.away:
            raise KeysUnavailable("away")
        if url.endswith("/.well-known/openid-configuration"):
            return {"issuer": self.issuer, "jwks_uri": self.jwks_uri}
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    @property
    def jwks_reads(self) -> int:
        """Count how often the key set was read."""
        return sum(url.endswith("/jwks") for url in self.asked)


@dataclass
class Monotonic:
    """Seconds that pass only when told."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def verifier(provider: Provider | None = None, *, fetch: JwksSource | None = None) -> AccessTokenVerifier:
    """Return a verifier whose clock stands at NOW."""
    source = fetch or (provider or Provider()).fetch
    return AccessTokenVerifier(ISSUER, AUDIENCE, fetch=source, now=lambda: NOW)
