"""Authlib's OAuth server core, fitted to Starlette and to this service – RFC 6749, RFC 6750, RFC 9207.

Synchronous, as Authlib is: endpoints call it in a worker thread. Addresses are built from the configured
issuer, never from the request, and every redirect is a 303. Authlib ships no types, hence the ignores on
its classes.
"""

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.base import invalid_error_characters
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from starlette.responses import JSONResponse, RedirectResponse, Response

from federation.national_mock.accounts import Account, AccountStore
from federation.national_mock.broken_tokens import OTHER_ISSUER
from federation.national_mock.clients import Client
from federation.national_mock.codes import TOKEN_SECONDS, AccessToken, CodeStore
from federation.national_mock.database import digest
from federation.national_mock.faults import Faults
from federation.national_mock.sessions import SessionStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person who has just proved who they are, and how."""

    account: Account
    acr: str
    amr: tuple[str, ...]
    auth_time: int
    browser_digest: str


class ProtocolRequest(OAuth2Request):
    """A request in Authlib's shape, with the parameters of the query or of the form."""

    def __init__(
        self, *, method: str, uri: str, parameters: Mapping[str, str], authorization: str | None = None
    ) -> None:
        readable = authorization is not None and _is_readable(authorization)
        super().__init__(method, uri, headers={"Authorization": authorization} if readable else {})
        self.payload = BasicOAuth2Payload(dict(parameters))

    @property
    def form(self) -> dict[str, str]:
        return dict(self.payload.data)


class NationalServer(AuthorizationServer):
    """Finds clients, keeps tokens, answers as Starlette does."""

    def __init__(
        self,
        *,
        issuer: str,
        clients: Sequence[Client],
        accounts: AccountStore,
        codes: CodeStore,
        sessions: SessionStore,
        faults: Faults,
        now: Callable[[], int],
    ) -> None:
        super().__init__()
        self.issuer = issuer
        self.accounts = accounts
        self.codes = codes
        self.sessions = sessions
        self.faults = faults
        self.now = now
        self._clients = {client.client_id: client for client in clients}
        self.register_token_generator(
            "default",
            BearerTokenGenerator(
                lambda **_: secrets.token_urlsafe(32), expires_generator=lambda *_: TOKEN_SECONDS
            ),
        )

    def query_client(self, client_id: str) -> Client | None:
        return self._clients.get(client_id)

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        """Keep what the access token opens, with the level of the sign-in behind it; a system's has none."""
        code, now = getattr(request, "authorization_code", None), self.now()
        row = AccessToken(
            digest=digest(token["access_token"]),
            code_digest=code.digest if code else "",
            client_id=request.client.client_id,
            scope=token["scope"],
            sub=code.sub if code else "",
            acr=code.acr if code else "",
            expires_at=now + TOKEN_SECONDS,
        )
        self.codes.add_token(row, now=now)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody here listens to Authlib's signals."""

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        return request

    def get_authorization_grant(self, request: ProtocolRequest) -> Any:
        """As Authlib does, but a response_type that may not be quoted in an error is refused unquoted."""
        if invalid_error_characters(request.payload.response_type or ""):
            raise InvalidRequestError("response_type must be code")
        return super().get_authorization_grant(request)

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> Response:
        if status == 302:  # RFC 9700 §4.12: 303, so that no browser repeats a POST elsewhere
            return RedirectResponse(
                dict(headers)["Location"], status_code=303, headers={"Cache-Control": "no-store"}
            )
        return JSONResponse(body, status_code=status, headers=dict(headers))

    def handle_error_response(self, request: ProtocolRequest, error: OAuth2Error) -> Response:
        status, body, headers = error(self.get_error_uri(request, error))
        if status == 302:
            headers = [("Location", self.with_issuer(dict(headers)["Location"]))]
        return self.handle_response(status, body, headers)

    def with_issuer(self, location: str) -> str:
        """The authorization response with ``iss`` – RFC 9207 §2, errors included."""
        lies = self.faults.mode in {"wrong_iss_parameter", "issuer_changed"}
        issuer = OTHER_ISSUER if lies else self.issuer
        return str(add_params_to_uri(location, [("iss", issuer)]))


def _is_readable(authorization: str) -> bool:
    """False for Basic credentials that are not base64 of UTF-8: Authlib fails on them instead of refusing."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return True
    try:
        return base64.b64decode(value.strip(), validate=True).decode() != ""
    except ValueError:
        return False
