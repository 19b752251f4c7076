"""One error vocabulary, two messages, and where an error may be sent as part of its type.

RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, RFC 6750 §3.1, RFC 7591 §3.2.2, RFC 8707 §2, RFC 9470 §3.
Each class is one `error` code. `error_description` is for the relying party's developer (ASCII, never echoes a value);
`detail` is for our log and never leaves the process. A `Refusal` pairs an error with the one place it may go;
endpoints/error_response renders it.
"""

import re
from dataclasses import dataclass, field
from types import TracebackType

_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749 §5.2


class ProtocolError(Exception):
    """An error of the specs: `error` is the code, `status` the HTTP status where it is answered as JSON."""

    error = "server_error"
    status = 400

    def __init__(self, error_description: str, *, detail: str = "") -> None:
        if not _DESCRIPTION.fullmatch(error_description):
            raise ValueError("error_description must be printable ASCII without quotes or backslashes")
        super().__init__(error_description)
        self.error_description = error_description
        self.detail = detail


class InvalidRequest(ProtocolError):
    """A parameter is missing, repeated, malformed or contradicts another (RFC 6749 §4.1.2.1, §5.2)."""

    error = "invalid_request"


class InvalidClient(ProtocolError):
    """Client authentication failed (RFC 6749 §5.2); answered 401 with WWW-Authenticate."""

    error = "invalid_client"
    status = 401


class InvalidGrant(ProtocolError):
    """The code or refresh token is unknown, spent, expired, revoked or another client's (RFC 6749 §5.2)."""

    error = "invalid_grant"


class UnauthorizedClient(ProtocolError):
    """This client may not use this grant or response type (RFC 6749 §4.1.2.1, §5.2)."""

    error = "unauthorized_client"


class UnsupportedGrantType(ProtocolError):
    """The grant type is not offered here (RFC 6749 §5.2)."""

    error = "unsupported_grant_type"


class UnsupportedResponseType(ProtocolError):
    """The response type is not offered here (RFC 6749 §4.1.2.1)."""

    error = "unsupported_response_type"


class InvalidScope(ProtocolError):
    """The scope is unknown, or not registered for this client (RFC 6749 §4.1.2.1, §5.2)."""

    error = "invalid_scope"


class InvalidTarget(ProtocolError):
    """The resource is unknown, or not registered for this client (RFC 8707 §2)."""

    error = "invalid_target"


class AccessDenied(ProtocolError):
    """The person said no, or may not use this client (RFC 6749 §4.1.2.1)."""

    error = "access_denied"


class LoginRequired(ProtocolError):
    """prompt=none, but somebody must sign in (Core §3.1.2.6)."""

    error = "login_required"


class ConsentRequired(ProtocolError):
    """prompt=none, but the person must be told or asked (Core §3.1.2.6)."""

    error = "consent_required"


class AccountSelectionRequired(ProtocolError):
    """prompt=none, but the person must choose for whom they act (Core §3.1.2.6)."""

    error = "account_selection_required"


class InvalidRequestObject(ProtocolError):
    """The request object is not signed by its client, or says what it may not (Core §3.1.2.6, RFC 9101 §7)."""

    error = "invalid_request_object"


class InvalidRequestUri(ProtocolError):
    """The request_uri leads to no request that can be used (Core §3.1.2.6, RFC 9126 §2.2)."""

    error = "invalid_request_uri"


class RegistrationNotSupported(ProtocolError):
    """The `registration` parameter is not offered (Core §3.1.2.6)."""

    error = "registration_not_supported"


class UnmetAuthenticationRequirements(ProtocolError):
    """An essential acr can't be reached (OpenID Connect Core Error Code unmet_authentication_requirements 1.0)."""

    error = "unmet_authentication_requirements"


class InvalidToken(ProtocolError):
    """The access token is missing, malformed, expired or revoked (RFC 6750 §3.1)."""

    error = "invalid_token"
    status = 401


class InsufficientScope(ProtocolError):
    """The access token lacks a scope (RFC 6750 §3.1)."""

    error = "insufficient_scope"
    status = 403


class InvalidRedirectUri(ProtocolError):
    """A redirect_uri of a registration is missing or not one we serve (RFC 7591 §3.2.2)."""

    error = "invalid_redirect_uri"


class InvalidClientMetadata(ProtocolError):
    """Another member of a registration is missing or not one we serve; the text names it (RFC 7591 §3.2.2)."""

    error = "invalid_client_metadata"


class TemporarilyUnavailable(ProtocolError):
    """Overloaded or a dependency is down; nothing was spent (RFC 6749 §4.1.2.1)."""

    error = "temporarily_unavailable"
    status = 503


class ServerError(ProtocolError):
    """A fault of ours (RFC 6749 §4.1.2.1)."""

    error = "server_error"
    status = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPage:
    """Client or redirect_uri not proved yet: a page of ours, never a redirect. `case` picks its words."""

    case: str = "untrusted-client"
    status: int = 400
    reason_key: str | None = None
    """Why an account is locked, where that may be told: words of idp/ui/strings/problem.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRedirect:
    """Client and redirect_uri proved: the error goes back to the relying party with state and iss (RFC 9207)."""

    redirect_uri: str
    state: str | None
    response_mode: str
    ends: str | None = None
    """The interaction that this answer, a no, ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToJson:
    """Back channel: RFC 6749 §5.2. A 401 asks for Basic, whichever way the client tried (RFC 9110 §15.5.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBearer:
    """A protected resource: WWW-Authenticate: Bearer (RFC 6750 §3). `bare`: no token was sent, so no error is told."""

    bare: bool = False
    scope: str | None = field(default=None)


Destination = ToPage | ToRedirect | ToJson | ToBearer


class Refusal(Exception):
    """An error together with the one place it may be sent to."""

    def __init__(self, error: ProtocolError, to: Destination) -> None:
        super().__init__(error.error)
        self.error = error
        self.to = to


class refusing:  # noqa: N801 - it reads as the word it is: `with refusing(to):`
    """Send every protocol error raised inside to one destination."""

    __slots__ = ("_to",)

    def __init__(self, to: Destination) -> None:
        self._to = to

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, ProtocolError):
            raise Refusal(error, self._to) from error
