"""The app, put together: what would be on a phone, as a process of its own with a screen in the browser."""

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
from demo.apps.smart.screens import Screens
from demo.apps.smart.settings import SmartSettings

SCOPE = "openid profile offline_access"


def create_app(settings: SmartSettings) -> ASGIApp:
    """Return the app as an ASGI application."""
    database = Database(settings.state / "smart.sqlite3", sessions.SCHEMA)
    service = Service(
        slug="smart",
        name=Words("Smart Hải Phòng", "Smart Hải Phòng"),
        folder=Path(__file__).parent,
        links={"portal": settings.portal_url},
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
    sign_in = SignIn(site=site)
    routes = [*sign_in.routes(), *SignOut(site=site).routes(), *Screens(site=site).routes()]
    return build(site, routes, cookie="smart-session")
