"""Why a request to an API is refused, and the exact challenge that says so.

RFC 6750 §3.1 (three codes), RFC 9470 §3 (insufficient_user_authentication).
Descriptions are fixed sentences: nothing of the request is ever echoed.
"""

from collections.abc import Sequence
from datetime import timedelta


class TokenRefused(Exception):
    """The request may not be served; answer `status`, and `www_authenticate` as WWW-Authenticate if set."""

    def __init__(
        self, *, status: int, error: str | None, description: str, www_authenticate: str | None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.www_authenticate = www_authenticate


def no_token(realm: str, scopes: Sequence[str]) -> TokenRefused:
    """Nothing was tried, so no error code is told (§3.1)."""
    return _refused(401, realm, None, "an access token is required", scope=" ".join(scopes))


def malformed_request(realm: str, description: str) -> TokenRefused:
    """The way the token was sent is wrong."""
    return _refused(400, realm, "invalid_request", description)


def invalid_token(realm: str, description: str) -> TokenRefused:
    """The token itself is no good here: get another."""
    return _refused(401, realm, "invalid_token", description)


def insufficient_scope(realm: str, scopes: Sequence[str]) -> TokenRefused:
    """The token is good but opens less than this needs."""
    return _refused(
        403, realm, "insufficient_scope", "the access token lacks a scope", scope=" ".join(scopes)
    )


def insufficient_authentication(realm: str, acr: Sequence[str], max_age: timedelta | None) -> TokenRefused:
    """The person must be authenticated more strongly or more recently (RFC 9470 §3)."""
    return _refused(
        401,
        realm,
        "insufficient_user_authentication",
        "a stronger or more recent authentication is required",
        acr_values=" ".join(acr),
        max_age="" if max_age is None else str(int(max_age.total_seconds())),
    )


def keys_unavailable() -> TokenRefused:
    """Nobody can tell whether the token is good: the caller may try again soon."""
    return TokenRefused(
        status=503,
        error="temporarily_unavailable",
        description="the provider's keys cannot be read just now",
        www_authenticate=None,
    )


def _refused(status: int, realm: str, error: str | None, description: str, **more: str) -> TokenRefused:
    parameters = {"realm": realm}
    if error is not None:
        parameters |= {"error": error, "error_description": description}
    parameters |= {name: value for name, value in more.items() if value}
    challenge = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parameters.items())
    return TokenRefused(status=status, error=error, description=description, www_authenticate=challenge)
