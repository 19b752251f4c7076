"""What goes back to the relying party, and by which way.

OpenID Connect Core §3.1.2.5, RFC 6749 §4.1.2, RFC 9207 (iss in every answer), OAuth 2.0 Multiple Response Types §2.1,
Form Post Response Mode §2. Pure; endpoints/authorization_response.py renders it.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from idp.protocol.errors import ProtocolError

QUERY = "query"
FORM_POST = "form_post"
PARAMETERS = frozenset(
    {
        "access_token", "code", "error", "error_description", "error_uri", "expires_in", "id_token", "iss", "response",
        "scope", "session_state", "state", "token_type",
    }
)  # fmt: skip
"""What the specs put into an answer: an address that holds one already would get it twice (RFC 6749 §3.1)."""


def answer_mode(values: Mapping[str, str], allowed: tuple[str, ...]) -> str:
    """Return the mode an answer goes by: the one asked for, or the default where that one is not offered.

    What else is wrong with the request does not matter: its error comes by the way it asked for.
    """
    asked = values.get("response_mode", QUERY)
    return asked if asked in allowed else QUERY


def success_parameters(
    *, code: str, state: str | None, iss: str, session_state: str | None = None
) -> dict[str, str]:
    """Return what a relying party is told when the person is signed in.

    RFC 6749 §4.1.2, RFC 9207 §2, Session Management §2.
    """
    return _present({"code": code, "state": state, "iss": iss, "session_state": session_state})


def error_parameters(error: ProtocolError, *, state: str | None, iss: str) -> dict[str, str]:
    """Return what a relying party is told of an error (RFC 6749 §4.1.2.1, RFC 9207 §2)."""
    description = error.error_description
    return _present({"error": error.error, "error_description": description, "state": state, "iss": iss})


def query_uri(redirect_uri: str, parameters: Mapping[str, str]) -> str:
    """Return the redirect_uri with the answer appended to whatever query it was registered with."""
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(parameters)}"


def _present(parameters: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value is not None}
