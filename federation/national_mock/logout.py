"""Sign-out asked for by a relying party – OpenID Connect RP-Initiated Logout 1.0.

What ends is the session that the hint names and the access tokens that the relying party holds for the account; it is
not told what it asked for itself. An ID token is accepted as hint after it has expired (§2).
"""

from authlib.oidc.rpinitiated import EndSessionEndpoint
from joserfc.jwk import KeySet, RSAKey

from federation.national_mock.authorization_server import NationalServer


class EndSession(EndSessionEndpoint):
    """Checks the request as Authlib does and ends the tokens."""

    def __init__(self, server: NationalServer, key: RSAKey) -> None:
        super().__init__(server)
        self._key = key

    def get_server_jwks(self) -> KeySet:
        return KeySet([self._key])

    def get_algorithms(self) -> list[str]:
        return ["RS256"]

    def end_session(self, end_session_request: object) -> None:
        claims = getattr(end_session_request, "id_token_claims", None)
        if claims and "sub" in claims:
            self.server.codes.revoke_tokens(sub=claims["sub"], client_id=claims["aud"])
            sid = str(claims.get("sid", ""))
            self.server.sessions.end_session(sid, client_id=claims["aud"], now=self.server.now())
