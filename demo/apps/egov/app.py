"""Egov, put together: a relying party for officials alone, whose sessions are never a citizen's."""

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
from demo.apps.egov.browse import Browse
from demo.apps.egov.settings import EgovSettings

SCOPE = "openid profile agency position roles"
FOR_OFFICIALS = Words(
    "Egov chỉ dành cho cán bộ, công chức, viên chức đang giữ một vị trí. Người dân dùng Cổng dịch vụ công.",
    "Egov is for officials who hold a post. Citizens use the public services portal.",
)


def create_app(settings: EgovSettings) -> ASGIApp:
    """Return Egov as an ASGI application."""
    database = Database(settings.state / "egov.sqlite3", sessions.SCHEMA)
    service = Service(
        slug="egov",
        name=Words("Egov Hải Phòng", "Egov Hải Phòng"),
        folder=Path(__file__).parent,
        links={"portal": settings.portal_url},
        contexts=("official",),
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
    sign_in = SignIn(site=site, advice=FOR_OFFICIALS)
    routes = [
        *sign_in.routes(),
        *SignOut(site=site).routes(),
        *Browse(site=site, sign_in=sign_in).routes(),
    ]
    return build(site, routes, cookie="egov-session")
