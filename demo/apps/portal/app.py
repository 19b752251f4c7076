"""The portal, put together."""

from pathlib import Path

from starlette.types import ASGIApp

from demo.apps.common import sessions
from demo.apps.common.database import Database
from demo.apps.common.openid import Provider
from demo.apps.common.pages import Pages, Service
from demo.apps.common.sign_in import SignIn
from demo.apps.common.sign_out import SignOut
from demo.apps.common.site import Site, build, provider_keys
from demo.apps.common.words import Words
from demo.apps.portal import filings
from demo.apps.portal.browse import Browse
from demo.apps.portal.delivery import SHARE_SCOPE
from demo.apps.portal.filing import FileProcedure
from demo.apps.portal.settings import PortalSettings

SCOPE = f"openid profile phone email vn.id_number {SHARE_SCOPE}"


def create_app(settings: PortalSettings) -> ASGIApp:
    """Return the portal as an ASGI application."""
    database = Database(settings.state / "portal.sqlite3", sessions.SCHEMA, filings.SCHEMA)
    service = Service(
        slug="portal",
        name=Words("Cổng dịch vụ công Hải Phòng", "Hải Phòng Public Services"),
        folder=Path(__file__).parent,
        links={
            "data_store": f"{settings.data_store_url}/documents",
            "data_store_sign_in": f"{settings.data_store_url}/sign-in",
        },
        contexts=("person", "organisation", "ward"),
    )
    site = Site(
        settings=settings,
        database=database,
        sessions=sessions.SessionStore(
            database, idle=settings.session_idle, absolute=settings.session_absolute
        ),
        provider=Provider(settings, scope=SCOPE, contexts=service.contexts),
        provider_keys=provider_keys(settings),
        pages=Pages(service, settings),
    )
    sign_in, files = SignIn(site=site), filings.Filings(database)
    routes = [
        *sign_in.routes(),
        *SignOut(site=site).routes(),
        *FileProcedure(site=site, sign_in=sign_in, filings=files, settings=settings).routes(),
        *Browse(site=site, sign_in=sign_in, filings=files).routes(),
    ]
    return build(site, routes, cookie="portal-session")
