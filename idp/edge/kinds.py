"""Of which kind a request is, from its path and whether a cookie of ours comes along: a look-up, no parsing."""

from collections.abc import Iterable, Mapping

from idp.admission import Kind
from idp.protocol.discovery import ENDPOINTS

NATIONAL, WAITING = "/sign-in/national", "/sign-in/waiting"
"""The way to the national system, and the place in line before it."""
JSON_PATHS = frozenset(
    {
        *("/token", "/par", "/userinfo", "/jwks", "/introspect", "/revoke", "/logouts", "/register"),
        "/upstream/national/backchannel_logout",
    }
)
"""Where programs ask: refusals are JSON there, elsewhere pages."""
_FILES = "/static/"
_OF_ADMINISTRATION, OF_RECORDS = "/administrator", "/scim/"
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(JSON_PATHS, Kind.FIRST),
    **dict.fromkeys((ENDPOINTS["end_session_endpoint"], "/end_session/confirm"), Kind.FIRST),
    **dict.fromkeys(
        (
            "/health/live",
            "/health/ready",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            ENDPOINTS["jwks_uri"],
            ENDPOINTS["check_session_iframe"],
            "/favicon.ico",
        ),
        Kind.ALWAYS,
    ),
    NATIONAL: Kind.UPSTREAM,
    WAITING: Kind.UPSTREAM,
    ENDPOINTS["registration_endpoint"]: Kind.ADMINISTRATION,
}
_COOKIES = (b"hpid-session=", b"hpid-official=", b"hpid-i-")
"""Of a session, and of a sign-in in progress. One that is made up helps to three quarters of the room, not to all."""


def kind_of(path: str, headers: Iterable[tuple[bytes, bytes]]) -> Kind:
    """Return what a request is for."""
    kind = _KINDS.get(path)
    if kind is not None:
        return kind
    if path.startswith(_FILES):
        return Kind.ALWAYS
    if path.startswith(_OF_ADMINISTRATION):
        return Kind.ADMINISTRATION
    if path.startswith(OF_RECORDS):
        return Kind.RECORDS
    for name, value in headers:
        if name == b"cookie" and any(cookie in value for cookie in _COOKIES):
            return Kind.UNDER_WAY
    return Kind.NEW
