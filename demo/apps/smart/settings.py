"""Settings of the app, read from SMART_… in the environment."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from demo.apps.common.settings import AppSettings

LOW = "urn:haiphong:acr:low"
_DAY = 24 * 3600


class SmartSettings(AppSettings):
    """The app: a public client, whose session lasts as long as its refresh tokens may (14 days unused, 90 in all)."""

    auth_method: ClassVar[Literal["client_secret_basic", "private_key_jwt", "none"]] = "none"
    own_host: ClassVar[str] = "127.0.0.1"
    model_config = SettingsConfigDict(env_prefix="SMART_", extra="ignore")

    port: int = 8013
    client_id: str = "smart-hai-phong"
    acr_values: str = LOW
    session_idle: int = Field(default=14 * _DAY, ge=1)
    session_absolute: int = Field(default=90 * _DAY, ge=1)
    portal_url: str = "http://localhost:8010"
    """The citizens' portal as people reach it."""

    @model_validator(mode="after")
    def _check_loopback(self) -> Self:
        """Stand on a loopback address: only the device itself reaches it (RFC 8252 §7.3, §8.3: never `localhost`)."""
        if not self.base_url.startswith(("http://127.0.0.1:", "http://[::1]:")):
            raise ValueError("BASE_URL must be http on 127.0.0.1 or [::1]")
        return self
