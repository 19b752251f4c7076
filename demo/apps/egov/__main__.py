"""Start Egov: `python -m demo.apps.egov`, settings from EGOV_… in the environment."""

from demo.apps.common.log import start_log
from demo.apps.common.server import run, settings_or_exit
from demo.apps.egov.app import create_app
from demo.apps.egov.settings import EgovSettings

if __name__ == "__main__":
    start_log("egov")
    settings = settings_or_exit(EgovSettings, prefix="EGOV_")
    run(create_app(settings), settings)
