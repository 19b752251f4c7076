"""Settings of the data store, read from DATASTORE_… in the environment."""

from pydantic_settings import SettingsConfigDict

from demo.apps.common.settings import SUBSTANTIAL, AppSettings

HIGH = "urn:haiphong:acr:high"


class DataStoreSettings(AppSettings):
    """The data store's pages and its API."""

    model_config = SettingsConfigDict(env_prefix="DATASTORE_", extra="ignore")

    port: int = 8011
    client_id: str = "kho-du-lieu"
    portal_url: str = "http://localhost:8010"
    """The portal as people reach it."""
    read_acr: str = f"{SUBSTANTIAL} {HIGH}"
    """Levels that may read documents through the API; empty: any."""
    share_acr: str = f"{SUBSTANTIAL} {HIGH}"
    """Levels that may add documents through the API; empty: any."""
    share_max_age: int = 0
    """Seconds since the person was authenticated within which documents may be added; 0: any."""
