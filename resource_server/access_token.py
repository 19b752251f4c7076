"""Check a JWT access token offline – RFC 9068 §4, brought as RFC 6750 §2.1 says, step-up by RFC 9470.

Stricter than the RFCs: `typ` exactly at+jwt, a kid, one audience, asymmetric algorithms only, at most 8 KiB.
ID tokens, logout tokens and tokens bound to a key (`cnf`: RFC 9449, RFC 8705) are refused.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from resource_server import refusal
from resource_server.key_source import Fetch, JwksSource, KeysUnavailable
from resource_server.refusal import TokenRefused

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
"""Ed25519 is RFC 9864's name for what EdDSA is here."""

_LONGEST = 8192
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_BEARER = re.compile(r"bearer +(?P<token>[A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedToken:
    """An access token that was signed by the issuer for this API and is in force."""

    sub: str
    client_id: str
    scope: frozenset[str]
    gid: str | None
    """The grant it came of; None for a machine's own token."""
    jti: str
    acr: str | None
    auth_time: datetime | None
    expires_at: datetime
    claims: Mapping[str, object]


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)  # noqa: TID251 - this kit stands alone: callers and tests may pass their own clock


class AccessTokenVerifier:
    """Accepts the access tokens of one issuer for one audience."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        fetch: Fetch | JwksSource | None = None,
        leeway: timedelta = timedelta(seconds=5),
        realm: str | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = fetch if isinstance(fetch, JwksSource) else JwksSource(issuer, fetch=fetch)
        self._leeway = leeway
        self._realm = realm or audience
        self._now = now

    async def verify(
        self,
        authorization: str | None,
        *,
        scopes: str | Sequence[str] = (),
        acr: str | Sequence[str] = (),
        max_age: timedelta | None = None,
    ) -> VerifiedToken:
        """Return the token of an Authorization header, or raise TokenRefused.

        Args:
            authorization: The header's value, None if there was none.
            scopes: All of these must be in the token.
            acr: One of these levels must have been reached; weakest first, as they are told to the client.
            max_age: The person must have been authenticated within this time.
        """
        wanted = tuple(scopes.split()) if isinstance(scopes, str) else tuple(scopes)
        token = self._parse_bearer(authorization, wanted)
        claims = await self._check_signature(token)
        verified = self._check_claims(claims)
        if not verified.scope.issuperset(wanted):
            raise refusal.insufficient_scope(self._realm, wanted)
        self._check_authentication(
            verified, tuple(acr.split()) if isinstance(acr, str) else tuple(acr), max_age
        )
        return verified

    def _parse_bearer(self, authorization: str | None, scopes: Sequence[str]) -> str:
        if authorization is None or authorization.split(" ", 1)[0].lower() != "bearer":
            raise refusal.no_token(self._realm, scopes)  # no bearer token was tried (RFC 6750 §3.1)
        match = _BEARER.fullmatch(authorization)
        if match is None:
            raise refusal.malformed_request(
                self._realm, "Authorization must be Bearer, a space and one token"
            )
        return match["token"]

    async def _check_signature(self, token: str) -> dict[str, object]:
        header = self._parse_header(token)
        try:
            key = await self._keys.find(str(header["kid"]))
        except KeysUnavailable as error:
            raise refusal.keys_unavailable() from error
        alg = str(header["alg"])
        if key is None or key.get("alg", alg) != alg:
            raise self._invalid("the access token was not signed by a key of the issuer")
        return self._open(token, key)

    def _parse_header(self, token: str) -> dict[str, object]:
        if len(token) > _LONGEST or not _COMPACT.fullmatch(token):
            raise self._invalid("the access token must be a compact JWS of at most 8 KiB")
        part = token.split(".", 1)[0]
        try:
            unverified_header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (ValueError, RecursionError):
            unverified_header = None
        if not isinstance(unverified_header, dict):
            raise self._invalid("the access token's header cannot be read")
        if unverified_header.get("typ") != "at+jwt":  # RFC 9068 §4: no ID token, no logout token
            raise self._invalid("the token is not an access token (typ at+jwt)")
        if unverified_header.get("alg") not in ALGORITHMS or "crit" in unverified_header:
            raise self._invalid("the access token's algorithm is not accepted")
        if not isinstance(unverified_header.get("kid"), str):
            raise self._invalid("the access token names no key")
        return unverified_header

    def _open(self, token: str, key: Key) -> dict[str, object]:
        try:
            claims = json.loads(jws.deserialize_compact(token, key, registry=_REGISTRY).payload)
        except (JoseError, ValueError, RecursionError) as error:
            raise self._invalid("the access token's signature does not hold") from error
        if not isinstance(claims, dict):
            raise self._invalid("the access token holds no claims")
        return claims

    def _check_claims(self, claims: dict[str, object]) -> VerifiedToken:
        if claims.get("iss") != self._issuer:
            raise self._invalid("the access token is of another issuer")
        if claims.get("aud") not in (self._audience, [self._audience]):
            raise self._invalid("the access token is for another audience")
        if "cnf" in claims:  # taking it as a bearer token would undo the binding
            raise self._invalid("the access token is bound to a key and is not a bearer token")
        expires_at = self._check_times(claims)
        sub, client_id, jti = (
            claims.get(name) for name in ("sub", "client_id", "jti")
        )  # RFC 9068 §2.2: required
        if not _is_text(sub) or not _is_text(client_id) or not _is_text(jti):
            raise self._invalid("the access token lacks sub, client_id or jti")
        scope, gid, acr = (claims.get(name) for name in ("scope", "gid", "acr"))
        return VerifiedToken(
            sub=str(sub),
            client_id=str(client_id),
            scope=frozenset(scope.split()) if isinstance(scope, str) else frozenset(),
            gid=gid if isinstance(gid, str) else None,
            jti=str(jti),
            acr=acr if isinstance(acr, str) else None,
            auth_time=_time(claims.get("auth_time")),
            expires_at=expires_at,
            claims=claims,
        )

    def _check_times(self, claims: dict[str, object]) -> datetime:
        now, exp, iat = self._now(), _time(claims.get("exp")), _time(claims.get("iat"))
        if exp is None or iat is None or ("nbf" in claims and _time(claims["nbf"]) is None):
            raise self._invalid("the access token lacks a time")
        if now - exp >= self._leeway:  # never a sum: it may lie beyond the last day there is
            raise self._invalid("the access token is expired")
        if max(iat, _time(claims.get("nbf")) or iat) - now > self._leeway:
            raise self._invalid("the access token is not valid yet")
        return exp

    def _check_authentication(
        self, token: VerifiedToken, acr: Sequence[str], max_age: timedelta | None
    ) -> None:
        too_weak = bool(acr) and token.acr not in acr
        too_old = max_age is not None and (
            token.auth_time is None or self._now() - token.auth_time - self._leeway > max_age
        )
        if too_weak or too_old:
            raise refusal.insufficient_authentication(self._realm, acr, max_age)

    def _invalid(self, description: str) -> TokenRefused:
        return refusal.invalid_token(self._realm, description)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255


def _time(value: object) -> datetime | None:
    """Read a NumericDate (RFC 7519 §2); None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


class _Registry(jws.JWSRegistry):
    """Our algorithms only, and quietly: joserfc warns of the name EdDSA, which providers still use."""

    def get_alg(self, name: str) -> Any:
        """Return an accepted algorithm."""
        if name not in ALGORITHMS:
            raise JoseError
        return self.algorithms[name]


_REGISTRY = _Registry()
