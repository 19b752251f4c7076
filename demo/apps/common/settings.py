"""What a service is told by the environment: where the provider is, who it is there, where it is itself."""

import ssl
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

SUBSTANTIAL = "urn:haiphong:acr:substantial"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class AppSettings(BaseSettings):
    """Settings of every service; each adds its own prefix, port and client_id."""

    auth_method: ClassVar[Literal["client_secret_basic", "private_key_jwt", "none"]] = "client_secret_basic"
    """How it proves itself at the provider (`token_endpoint_auth_method`)."""

    own_host: ClassVar[str] = "localhost"
    """Where it stands if nobody says."""

    issuer: str = "http://localhost:8000"
    """The provider's issuer identifier, exactly."""
    base_url: str = ""
    """This service as people reach it, scheme://host[:port]; empty: http://localhost with the port below."""
    host: str = "127.0.0.1"
    """Address to listen on; the provider's back-channel logout must reach it."""
    port: int = Field(default=8010, ge=1, le=65535)
    """Port to listen on."""
    client_id: str = ""
    """This service's client_id at the provider."""
    client_secret: SecretStr = SecretStr("")
    """Its secret there (client_secret_basic)."""
    client_key: SecretStr = SecretStr("")
    """Its private key as a JWK with a kid (private_key_jwt)."""
    state: Path = Path("var")
    """Folder of this service's database."""
    acr_values: str = SUBSTANTIAL
    """Level asked for at sign-in; a weaker sign-in is refused."""
    data_store_audience: str = "urn:haiphong:kho-du-lieu"
    """Resource identifier of the data store's API (RFC 8707)."""
    session_idle: int = Field(default=1800, ge=1)
    """Seconds after which an unused session ends."""
    session_absolute: int = Field(default=28800, ge=1)
    """Seconds after which a session ends, used or not."""
    ca_bundle: Path | None = None
    """Extra CA certificates for calls to the provider and between services."""
    test_environment: bool = True
    """Show the strip that says no data is real."""

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        self.base_url = self.base_url or f"http://{self.own_host}:{self.port}"
        if self.auth_method == "client_secret_basic" and not self.client_secret.get_secret_value():
            raise ValueError("CLIENT_SECRET must be set")
        if self.auth_method == "private_key_jwt" and not self.client_key.get_secret_value():
            raise ValueError("CLIENT_KEY must be set")
        for name, address in (("ISSUER", self.issuer), ("BASE_URL", self.base_url)):
            parts = urlsplit(address)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
                raise ValueError(f"{name} must be scheme://host[:port] with nothing after it")
            if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
                raise ValueError(f"{name} must be https except on loopback")
        return self

    @property
    def is_https(self) -> bool:
        """Tell whether people reach this service over https, and so whether cookies are Secure."""
        return self.base_url.startswith("https://")

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends the browser back with a code."""
        return f"{self.base_url}/callback"

    @property
    def post_logout_redirect_uri(self) -> str:
        """Where the provider sends the browser back after signing out everywhere."""
        return f"{self.base_url}/signed-out"


@cache
def ssl_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return how certificates are checked: as the system does, and by the extra ones."""
    context = ssl.create_default_context()
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle)
    return context
