"""A system proves itself by its own key: private_key_jwt – OpenID Connect Core §9, RFC 7523 §3.

Authlib takes the assertion out of the request and asks what is ours: whose keys, which claims, and whether it was seen
before. An assertion lives five minutes at most and is good once.
"""

from collections.abc import Callable, Mapping
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import Engine, delete
from sqlalchemy.dialects.sqlite import insert

from federation.national_mock.client_keys import ClientKeys
from federation.national_mock.clients import PRIVATE_KEY_JWT, Client
from federation.national_mock.database import assertions, digest

ALGORITHMS = ("ES256", "PS256", "RS256", "EdDSA")
MOST_SECONDS = 300
"""How far ahead `exp` may lie."""
_LEEWAY = 60
_LONGEST_JTI = 255


class ClientAssertions(JWTBearerClientAssertion):
    """Checks assertions."""

    CLIENT_AUTH_METHOD = PRIVATE_KEY_JWT

    def __init__(self, engine: Engine, *, issuer: str, now: Callable[[], int]) -> None:
        super().__init__()
        self._engine = engine
        self._audiences = {issuer, f"{issuer}/oauth2/token"}
        self._now = now
        self._keys = ClientKeys(now)

    def resolve_client_public_key(self, client: Client) -> Client:
        """Only who it is: which of the client's keys, process_assertion_claims finds out."""
        return client

    def process_assertion_claims(self, assertion: str, resolve_key: Client) -> Mapping[str, Any]:
        claims = self._verified(assertion, self._keys.of(resolve_key))
        if claims is None and (fresh := self._keys.again(resolve_key)) is not None:
            claims = self._verified(assertion, fresh)
        if claims is None:
            raise InvalidClientError(description="The assertion is not signed by the client")
        self.verify_claims(claims)
        return claims

    def verify_claims(self, claims: Mapping[str, Any]) -> None:
        """Check what RFC 7523 §3 lists; `sub` is a registered client already."""
        now, expires_at, audience = self._now(), claims.get("exp"), claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != claims["sub"]:
            raise InvalidClientError(description="iss and sub must be the client_id")
        if len(audiences) != 1 or audiences[0] not in self._audiences:
            raise InvalidClientError(description="aud must be this issuer")
        if isinstance(expires_at, bool) or not isinstance(expires_at, int | float):
            raise InvalidClientError(description="exp is missing")
        if not now - _LEEWAY < expires_at <= now + MOST_SECONDS + _LEEWAY:
            raise InvalidClientError(description="exp has passed, or lies more than five minutes ahead")
        if not self._is_new(claims["sub"], claims.get("jti"), int(expires_at)):
            raise InvalidClientError(description="jti is missing or was used before")

    def _is_new(self, client_id: str, jti: object, expires_at: int) -> bool:
        """Remember the assertion; true for the statement that was first."""
        if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
            return False
        row = {"digest": digest(f"{client_id} {jti}"), "expires_at": expires_at + _LEEWAY}
        with self._engine.begin() as connection:
            connection.execute(delete(assertions).where(assertions.c.expires_at <= self._now()))
            return connection.execute(insert(assertions).values(row).on_conflict_do_nothing()).rowcount == 1

    @staticmethod
    def _verified(assertion: str, keys: KeySet) -> Mapping[str, Any] | None:
        try:
            return jwt.decode(assertion, keys, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError):
            return None
