"""Where the browser goes back to – OpenID Connect Core §3.1.2.5, RFC 6749 §4.1.2, RFC 9207 (iss in every answer)."""

from urllib.parse import urlencode

from idp.protocol.errors import ProtocolError


def success_uri(redirect_uri: str, *, code: str, state: str | None, iss: str) -> str:
    """Return the redirect_uri with code, state and iss appended to whatever query it was registered with."""
    return _with_query(redirect_uri, {"code": code, "state": state, "iss": iss})


def error_uri(redirect_uri: str, error: ProtocolError, *, state: str | None, iss: str) -> str:
    """Return the redirect_uri with the error, state and iss appended (RFC 6749 §4.1.2.1)."""
    description = error.error_description
    return _with_query(
        redirect_uri, {"error": error.error, "error_description": description, "state": state, "iss": iss}
    )


def _with_query(redirect_uri: str, parameters: dict[str, str | None]) -> str:
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}"
