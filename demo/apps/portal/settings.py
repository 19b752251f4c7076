"""Settings of the portal, read from PORTAL_… in the environment."""

from pydantic_settings import SettingsConfigDict

from demo.apps.common.settings import AppSettings


class PortalSettings(AppSettings):
    """The portal and the data store it hands results to."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", extra="ignore")

    port: int = 8010
    client_id: str = "cong-dich-vu-cong"
    data_store_url: str = "http://localhost:8011"
    """The data store as people and this process reach it."""
