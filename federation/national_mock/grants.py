"""The one grant: authorization code with OpenID Connect – RFC 6749 §4.1, OpenID Connect Core §3.1, RFC 7636.

Where Authlib is lax we are not: PKCE is S256 or refused, the code is spent by the statement that reads it,
and parameters that we do not honour are refused by their own error code.
"""

from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from federation.national_mock.accounts import Account
from federation.national_mock.authorization_server import ProtocolRequest, SignedIn
from federation.national_mock.clients import REGISTERS_SCOPE, Client
from federation.national_mock.codes import CODE_SECONDS, AuthorizationCode
from federation.national_mock.database import digest


class CodeGrant(AuthorizationCodeGrant):
    """Issues codes and redeems them."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    @staticmethod
    def validate_authorization_redirect_uri(request: ProtocolRequest, client: Client) -> str:
        """Registered exactly, or refused on a page of ours; Authlib would quote the address in its error."""
        redirect_uri = request.payload.redirect_uri
        if not redirect_uri or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("redirect_uri is missing or not registered")
        return str(redirect_uri)

    def create_authorization_response(
        self, redirect_uri: str, grant_user: SignedIn
    ) -> tuple[int, str, list[Any]]:
        status, body, headers = super().create_authorization_response(redirect_uri, grant_user)
        return status, body, [("Location", self.server.with_issuer(dict(headers)["Location"]))]

    def save_authorization_code(self, code: str, request: ProtocolRequest) -> None:
        now, asked = self.server.now(), request.payload.data
        signed_in: SignedIn = request.user
        row = AuthorizationCode(
            digest=digest(code),
            client_id=request.client.client_id,
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            nonce=asked.get("nonce"),
            code_challenge=asked.get("code_challenge"),
            code_challenge_method=asked.get("code_challenge_method"),
            sub=signed_in.account.sub,
            acr=signed_in.acr,
            amr=list(signed_in.amr),
            auth_time=signed_in.auth_time,
            sid=self.server.sessions.begin(
                client_id=request.client.client_id,
                sub=signed_in.account.sub,
                browser_digest=signed_in.browser_digest,
                now=now,
            ),
            expires_at=now + CODE_SECONDS,
        )
        self.server.codes.add_code(row, now=now)

    def query_authorization_code(self, code: str, client: Client) -> AuthorizationCode | None:
        spent: AuthorizationCode | None
        spent = self.server.codes.spend_code(code, client_id=client.client_id, now=self.server.now())
        return spent

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Done already: the code was spent when it was read."""

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Account | None:
        """The account, unless it was locked since the code was issued."""
        account: Account | None = self.server.accounts.find(authorization_code.sub)
        return account if account is not None and account.status == "active" else None


class S256Only(CodeChallenge):
    """PKCE without the plain method, neither asked for nor by default."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    CODE_CHALLENGE_METHODS = {"S256": CodeChallenge.CODE_CHALLENGE_METHODS["S256"]}

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge_method must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class StrictParameters:
    """What OpenID Connect Core §3.1.2.1 and §6 ask of a provider and Authlib leaves out."""

    def __call__(self, grant: CodeGrant) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self._check)

    def _check(self, grant: CodeGrant, _redirect_uri: str) -> None:
        asked = grant.request.payload.data
        for name, error in (
            ("request", "request_not_supported"),
            ("request_uri", "request_uri_not_supported"),
        ):
            if name in asked:
                raise OAuth2Error(error=error, description=f"{name} is not supported")
        if REGISTERS_SCOPE in (asked.get("scope") or "").split():  # nobody signs in for them
            raise InvalidScopeError("registers are for systems")
        if asked.get("response_mode", "query") != "query":
            raise InvalidRequestError("response_mode must be query")
        max_age = asked.get(
            "max_age", "0"
        )  # met whatever its value: credentials are asked for at every sign-in
        if not (max_age.isascii() and max_age.isdigit()):
            raise InvalidRequestError("max_age must be a number of seconds")
