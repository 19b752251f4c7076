"""How a service proves itself at the provider: by a secret, by a key of its own, or not at all (a public client).

private_key_jwt is OpenID Connect Core §9 and RFC 7523 §2.2: an assertion counts once, says `aud` is the issuer and lives
a minute. A public client only names itself (RFC 6749 §3.2.1).
"""

import json
import secrets
import time
from typing import Any
from urllib.parse import quote_plus, urlencode

from joserfc import jws
from joserfc.jwk import ECKey

from demo.apps.common.settings import AppSettings

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SECONDS = 60


class ClientAuth:
    """One service's proof; `method` is what Authlib's client is told, for the token endpoint."""

    def __init__(self, settings: AppSettings) -> None:
        self._settings = settings
        self.is_key = settings.auth_method == "private_key_jwt"
        self._key = (
            ECKey.import_key(json.loads(settings.client_key.get_secret_value())) if self.is_key else None
        )

    @property
    def method(self) -> Any:
        """Return the method as Authlib takes it: a name, or a function that changes the request."""
        return self._add_assertion if self.is_key else self._settings.auth_method

    def form(self) -> dict[str, str]:
        """Return what goes into a form beside the request's own fields."""
        return self._assertion() if self.is_key else {}

    def basic(self) -> tuple[str, str] | None:
        """Return name and secret for the header, each form-encoded before they are joined (RFC 6749 §2.3.1)."""
        if self._settings.auth_method != "client_secret_basic":
            return None
        secret = self._settings.client_secret.get_secret_value()
        return quote_plus(self._settings.client_id), quote_plus(secret)

    def _assertion(self) -> dict[str, str]:
        now = int(time.time())
        claims = {
            "iss": self._settings.client_id,
            "sub": self._settings.client_id,
            "aud": self._settings.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + _SECONDS,
        }
        if self._key is None:
            raise AssertionError("a key is needed")
        header = {"alg": "ES256", "typ": "client-authentication+jwt", "kid": self._key.kid}
        signed = jws.serialize_compact(header, json.dumps(claims), self._key)
        return {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": signed}

    def _add_assertion(
        self, _client: object, _method: str, uri: str, headers: object, body: bytes
    ) -> tuple[str, object, bytes]:
        """Return a request of Authlib's client with the assertion in its form."""
        added = urlencode({"client_id": self._settings.client_id, **self._assertion()})
        return uri, headers, body + b"&" + added.encode()
