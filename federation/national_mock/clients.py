"""Relying parties, in the shape that Authlib's server core asks for – RFC 6749 §2.

Redirect addresses are compared character by character (RFC 9700 §2.1) and must be sent (OpenID Connect Core
§3.1.2.1).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from federation.national_mock.settings import ClientSettings

SCOPES = ("openid", "profile")
"""What can be asked for about a person who signs in."""
REGISTERS_SCOPE = "registers"
"""What a system asks for itself."""
PRIVATE_KEY_JWT = "private_key_jwt"
_METHODS = {"client_secret_basic", "client_secret_post", PRIVATE_KEY_JWT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One registered relying party; answers Authlib's questions about it."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    backchannel_logout_uri: str
    frontchannel_logout_uri: str
    name: str
    jwks: Mapping[str, Any] | None
    jwks_uri: str
    """Whose keys prove the system itself; with neither it has no way to the registers."""

    @classmethod
    def from_settings(cls, settings: ClientSettings) -> Self:
        return cls(
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            redirect_uris=settings.redirect_uris,
            post_logout_redirect_uris=settings.post_logout_redirect_uris,
            backchannel_logout_uri=settings.backchannel_logout_uri,
            frontchannel_logout_uri=settings.frontchannel_logout_uri,
            name=settings.name or settings.client_id,
            jwks=settings.jwks,
            jwks_uri=settings.jwks_uri,
        )

    @property
    def client_metadata(self) -> dict[str, list[str]]:
        return {"post_logout_redirect_uris": list(self.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """There is none: OpenID Connect Core makes redirect_uri required."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The known ones of the scopes asked for; None, a refusal, without ``openid``; or the systems' one, alone."""
        asked = (scope or "").split()
        if asked == [REGISTERS_SCOPE]:
            return REGISTERS_SCOPE
        return " ".join(s for s in SCOPES if s in asked) if "openid" in asked else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method in _METHODS

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {"authorization_code", "client_credentials"}


def host_of(redirect_uri: str) -> str:
    """The host that a person is about to return to, as shown beside the relying party's name."""
    return urlsplit(redirect_uri).netloc
