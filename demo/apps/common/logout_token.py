"""Check a logout token – OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6.

Stricter than the spec: typ logout+jwt, exp required, iat at most 5 minutes old, 8 KiB, ES256 and RS256 only.
Pure but for reading the provider's keys. Replay (jti) is judged where sessions are ended.
"""

import base64
import json
import re
from dataclasses import dataclass

from joserfc import jws
from joserfc.errors import JoseError

from resource_server import JwksSource

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_ALGORITHMS = ["ES256", "RS256"]
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_LONGEST = 8192
_OLDEST = 300.0
_LEEWAY = 10.0
_NEVER = 1e11


class LogoutTokenRefused(Exception):
    """The token ends nothing; the text is a fixed sentence for the provider's operators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutToken:
    """Whose session, or all of whose sessions, are to end."""

    jti: str
    exp: float
    sub: str | None
    sid: str | None


async def check_logout_token(
    token: str, *, keys: JwksSource, expected_audience: str, now: float
) -> LogoutToken:
    """Return what a logout token of this issuer says, or refuse it; KeysUnavailable where nobody can tell."""
    claims = await _check_signature(token, keys)
    if claims.get("iss") != keys.issuer or claims.get("aud") not in (expected_audience, [expected_audience]):
        raise LogoutTokenRefused("the logout token is of another issuer or for another client")
    iat, exp = _number(claims.get("iat")), _number(claims.get("exp"))
    if iat is None or exp is None or exp + _LEEWAY <= now or not now - _OLDEST <= iat <= now + _LEEWAY:
        raise LogoutTokenRefused("the logout token is expired, too old, or not valid yet")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise LogoutTokenRefused("the logout token lacks the back-channel logout event")
    if "nonce" in claims:  # §2.4: so that no ID token passes for one
        raise LogoutTokenRefused("the logout token has a nonce")
    jti, sub, sid = claims.get("jti"), claims.get("sub"), claims.get("sid")
    if not isinstance(jti, str) or not 0 < len(jti) <= 255:
        raise LogoutTokenRefused("the logout token has no jti")
    if not isinstance(sub, str | None) or not isinstance(sid, str | None):
        raise LogoutTokenRefused("sub and sid must be text")
    if not sub and not sid:
        raise LogoutTokenRefused("the logout token names neither sub nor sid")
    return LogoutToken(jti=jti, exp=exp, sub=sub or None, sid=sid or None)


async def _check_signature(token: str, keys: JwksSource) -> dict[str, object]:
    if len(token) > _LONGEST or not _COMPACT.fullmatch(token):
        raise LogoutTokenRefused("the logout token must be a compact JWS of at most 8 KiB")
    part = token.split(".", 1)[0]
    try:
        unverified_header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError) as error:
        raise LogoutTokenRefused("the logout token's header cannot be read") from error
    if not isinstance(unverified_header, dict) or unverified_header.get("typ") != "logout+jwt":
        raise LogoutTokenRefused("typ must be logout+jwt")
    kid = unverified_header.get("kid")
    key = await keys.find(kid) if isinstance(kid, str) else None
    if key is None or unverified_header.get("alg") not in _ALGORITHMS:
        raise LogoutTokenRefused("the logout token was not signed as the provider signs")
    try:
        claims = json.loads(jws.deserialize_compact(token, key, algorithms=_ALGORITHMS).payload)
    except (JoseError, ValueError, RecursionError) as error:
        raise LogoutTokenRefused("the logout token's signature does not hold") from error
    if not isinstance(claims, dict):
        raise LogoutTokenRefused("the logout token holds no claims")
    return claims


def _number(value: object) -> float | None:
    """Return a moment, None for what is none or lies beyond all calendars."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < _NEVER:
        return None
    return float(value)
