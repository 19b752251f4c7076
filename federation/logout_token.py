"""A logout token of an upstream: a session there, or all of a person's, ended – Back-Channel Logout 1.0 §2.6. Pure.

Its signature is proved before (keys.jose, as a logout token and as nothing else). Stricter than the text: one audience,
and not issued longer ago than ten minutes. That none counts twice is for whoever keeps them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from federation.upstream import UpstreamError
from keys.jose import InvalidJwt, check_times, numeric_date

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LEEWAY = timedelta(seconds=60)
_OLDEST = timedelta(minutes=10)
_LONGEST = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutNotice:
    """Who is signed out there: a session, a person, or a session of a person."""

    issuer: str
    jti: str
    issued_at: datetime
    useful_until: datetime
    """From then on its time alone refuses it."""
    subject: str | None = field(repr=False)
    sid: str | None = field(repr=False)


def check_logout_token(
    claims: Mapping[str, object], *, issuer: str, client_id: str, now: datetime
) -> LogoutNotice:
    """Return what a token says whose signature is proved, or raise UpstreamError (§2.6 no. 3 to 7)."""
    audience = claims.get("aud")
    if claims.get("iss") != issuer:
        raise UpstreamError("logout_token: other issuer")
    if (audience if isinstance(audience, list) else [audience]) != [client_id]:
        raise UpstreamError("logout_token: other audience")
    try:
        check_times(claims, now=now, leeway=_LEEWAY, max_age=_OLDEST)
        exp, iat = numeric_date(claims, "exp"), numeric_date(claims, "iat")
    except InvalidJwt as error:
        raise UpstreamError(f"logout_token: {error.reason}") from error
    if exp is None or iat is None:
        raise UpstreamError("logout_token: exp and iat are wanted")
    if "nonce" in claims:
        raise UpstreamError("logout_token: a nonce makes it an ID token")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise UpstreamError("logout_token: events")
    subject, sid, jti = (_name(claims, name) for name in ("sub", "sid", "jti"))
    if jti is None:
        raise UpstreamError("logout_token: jti is wanted")
    if subject is None and sid is None:
        raise UpstreamError("logout_token: it names neither session nor person")
    until = datetime.fromtimestamp(min(exp, iat + _OLDEST.total_seconds()), UTC) + _LEEWAY
    issued_at = datetime.fromtimestamp(iat, UTC)
    return LogoutNotice(
        issuer=issuer, jti=jti, issued_at=issued_at, useful_until=until, subject=subject, sid=sid
    )


def read_sid(claims: Mapping[str, object]) -> str | None:
    """Return the `sid` of an ID token or logout token, None if it has none; one that can't be is refused."""
    return _name(claims, "sid")


def _name(claims: Mapping[str, object], name: str) -> str | None:
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise UpstreamError(f"{name} is not a short text")
    return value
