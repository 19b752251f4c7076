"""Start the portal: `python -m demo.apps.portal`, settings from PORTAL_… in the environment."""

from demo.apps.common.log import start_log
from demo.apps.common.server import run, settings_or_exit
from demo.apps.portal.app import create_app
from demo.apps.portal.settings import PortalSettings

if __name__ == "__main__":
    start_log("portal")
    settings = settings_or_exit(PortalSettings, prefix="PORTAL_")
    run(create_app(settings), settings)
