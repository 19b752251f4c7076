"""Start the app: `python -m demo.apps.smart`, settings from SMART_… in the environment."""

from demo.apps.common.log import start_log
from demo.apps.common.server import run, settings_or_exit
from demo.apps.smart.app import create_app
from demo.apps.smart.settings import SmartSettings

if __name__ == "__main__":
    start_log("smart")
    settings = settings_or_exit(SmartSettings, prefix="SMART_")
    run(create_app(settings), settings)
