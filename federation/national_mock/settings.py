"""Every setting of the simulated national system, read from ``NATIONAL_…`` variables.

Lists (``NATIONAL_CLIENTS``) are JSON; ``NATIONAL_CLIENTS_PATH`` names a JSON file with the same list instead.
"""

import ipaddress
import json
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ClientSettings(BaseModel):
    """One relying party that the national system knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=16)
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    """Where it is told of a sign-out by a logout token; empty: it is not."""
    frontchannel_logout_uri: str = ""
    """What the person's browser opens in a frame when they sign out; empty: nothing."""
    name: str = ""
    """Shown to the person who signs in; the client_id when empty."""
    jwks: dict[str, Any] | None = None
    """Its public keys, for systems that read the registers (private_key_jwt); or else where to read them: """
    jwks_uri: str = ""


class Settings(BaseSettings):
    """The whole configuration; immutable once read."""

    model_config = SettingsConfigDict(env_prefix="NATIONAL_", frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8090, ge=1, le=65535)
    issuer: str = ""
    """Base address, without a path; ``http://localhost:PORT`` when empty. Plain http on loopback only."""
    database: Path = Path("var/national/national.db")
    """SQLite file of this service alone."""
    keys_dir: Path = Path("var/national/keys")
    """Where the signing key is made on first start."""
    accounts_path: Path
    """JSON file with the accounts; read at every start."""
    registers_path: Path | None = None
    """JSON file with the registers, read at every start; without it they hold who and what has an account."""
    clients: tuple[ClientSettings, ...] = ()
    clients_path: Path | None = None
    show_personas: bool = False
    """List the demonstration personas, passwords included, on the sign-in page."""
    faults: bool = False
    """Open ``/__faults`` to programs on this machine, which can then make the service misbehave."""

    @model_validator(mode="before")
    @classmethod
    def _read_clients_file(cls, values: dict[str, object]) -> dict[str, object]:
        path = values.get("clients_path")
        if path and not values.get("clients"):
            clients = json.loads(Path(str(path)).read_text(encoding="utf-8"))
            return values | {"clients": TypeAdapter(tuple[ClientSettings, ...]).validate_python(clients)}
        return values

    @model_validator(mode="before")
    @classmethod
    def _issuer_from_port(cls, values: dict[str, object]) -> dict[str, object]:
        return (
            values
            if values.get("issuer")
            else values | {"issuer": f"http://localhost:{values.get('port', 8090)}"}
        )

    @model_validator(mode="after")
    def _check_issuer(self) -> Self:
        parts = urlsplit(self.issuer)
        if parts.path or parts.query or parts.fragment or not parts.hostname:
            raise ValueError("the issuer is scheme, host and port, without a trailing slash")
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
            raise ValueError("the issuer must be https, or http on loopback")
        return self


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
