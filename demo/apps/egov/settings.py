"""Settings of Egov, read from EGOV_… in the environment."""

from typing import ClassVar, Literal

from pydantic_settings import SettingsConfigDict

from demo.apps.common.settings import AppSettings


class EgovSettings(AppSettings):
    """Egov; it proves itself by a key of its own."""

    auth_method: ClassVar[Literal["client_secret_basic", "private_key_jwt", "none"]] = "private_key_jwt"
    model_config = SettingsConfigDict(env_prefix="EGOV_", extra="ignore")

    port: int = 8012
    client_id: str = "egov-hai-phong"
    portal_url: str = "http://localhost:8010"
    """The citizens' portal as people reach it."""
