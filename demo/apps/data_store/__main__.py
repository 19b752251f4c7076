"""Start the data store: `python -m demo.apps.data_store`, settings from DATASTORE_… in the environment."""

from demo.apps.common.log import start_log
from demo.apps.common.server import run, settings_or_exit
from demo.apps.data_store.app import create_app
from demo.apps.data_store.settings import DataStoreSettings

if __name__ == "__main__":
    start_log("data-store")
    settings = settings_or_exit(DataStoreSettings, prefix="DATASTORE_")
    run(create_app(settings), settings)
