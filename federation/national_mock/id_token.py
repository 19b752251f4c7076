"""The ID token – OpenID Connect Core §2, §3.1.3.6: RS256, with ``kid``, five minutes.

Authlib composes and signs it; only what is ours is said here. ``sub`` is the opaque id of the account,
never its number.
"""

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import RSAKey

from federation.national_mock.accounts import Account
from federation.national_mock.authorization_server import NationalServer
from federation.national_mock.broken_tokens import break_id_token
from federation.national_mock.clients import Client
from federation.national_mock.codes import AuthorizationCode

ID_TOKEN_SECONDS = 300


class IdToken(OpenIDCode):
    """Adds the ID token to the answer of the token endpoint."""

    def __init__(self, server: NationalServer, key: RSAKey) -> None:
        super().__init__(require_nonce=False)
        self._server = server
        self._key = key

    def exists_nonce(self, _nonce: str, _request: OAuth2Request) -> bool:
        """Never refused: the nonce is the relying party's, passed through unread (OpenID Connect Core §2)."""
        return False

    def resolve_client_private_key(self, _client: Client) -> RSAKey:
        return self._key

    def get_client_algorithm(self, _client: Client) -> str:
        return "RS256"

    def get_encode_header(self, _client: Client) -> dict[str, str | None]:
        return {"alg": "RS256", "kid": self._key.kid}

    def get_client_claims(self, client: Client) -> dict[str, object]:
        now = self._server.now()
        return {
            "iss": self._server.issuer,
            "aud": client.client_id,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
        }

    def get_authorization_code_claims(self, authorization_code: AuthorizationCode) -> dict[str, object]:
        """With `sid`, by which a logout names this sign-in (Back-Channel Logout §2.1)."""
        claims: dict[str, object] = super().get_authorization_code_claims(authorization_code)
        return claims | {"sid": authorization_code.sid}

    def generate_user_info(self, user: Account, _scope: str) -> dict[str, str]:
        return {"sub": user.sub}

    def encode_id_token(self, token: Mapping[str, Any], request: OAuth2Request) -> str:
        id_token = str(super().encode_id_token(token, request))
        faults = self._server.faults
        mode = faults.token_mode
        if mode is None:
            return id_token
        next_key = faults.next_key if mode == "key_rotated" else self._key
        return break_id_token(mode, id_token, self._key, next_key=next_key, amount=faults.amount)
