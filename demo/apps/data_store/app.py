"""The data store, put together: a relying party for its pages and a resource server for its API."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.types import ASGIApp

from demo.apps.common import sessions
from demo.apps.common.acting import ContradictoryClaims, Kind, read_acting
from demo.apps.common.database import Database
from demo.apps.common.openid import Provider
from demo.apps.common.outcome import Reason, SignInRefused
from demo.apps.common.pages import Pages, Service
from demo.apps.common.sign_in import SignIn
from demo.apps.common.sign_out import SignOut
from demo.apps.common.site import Site, build, provider_keys
from demo.apps.common.visitor import Visitor
from demo.apps.common.words import Words
from demo.apps.data_store import documents
from demo.apps.data_store.api import CONTEXTS, READ_SCOPE, documents_api
from demo.apps.data_store.browse import Browse
from demo.apps.data_store.settings import DataStoreSettings
from resource_server import AccessTokenVerifier, TokenRefused

SCOPE = f"openid {READ_SCOPE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOwner:
    """Read from the access token under what a visitor's documents lie: its `sub` and `org.id` are the audience's."""

    contexts: tuple[Kind, ...]

    verifier: AccessTokenVerifier

    async def __call__(self, visitor: Visitor) -> Visitor:
        """Return the visitor with that, or refuse the sign-in."""
        try:
            token = await self.verifier.verify(f"Bearer {visitor.access_token}", scopes=READ_SCOPE)
        except TokenRefused as refused:
            reason = Reason.UNAVAILABLE if refused.status == 503 else Reason.UNVERIFIED
            raise SignInRefused(reason, f"access token: {refused.description}") from refused
        try:
            acting = read_acting(token.claims, contexts=self.contexts, now=time.time())
        except ContradictoryClaims as error:
            raise SignInRefused(Reason.UNVERIFIED, f"access token: {error}") from error
        if (acting.kind, acting.reference) != (visitor.acting.kind, visitor.acting.reference):
            raise SignInRefused(Reason.UNVERIFIED, "access token and ID token are for somebody else each")
        return replace(visitor, data_store_owner=acting.owner)


def create_app(settings: DataStoreSettings) -> ASGIApp:
    """Return the data store as an ASGI application."""
    database = Database(settings.state / "data-store.sqlite3", sessions.SCHEMA, documents.SCHEMA)
    service = Service(
        slug="data-store",
        name=Words("Kho dữ liệu công dân Hải Phòng", "Hải Phòng Citizens' Data Store"),
        folder=Path(__file__).parent,
        links={"portal": settings.portal_url},
        contexts=CONTEXTS,
    )
    keys = provider_keys(settings)
    site = Site(
        settings=settings,
        database=database,
        sessions=sessions.SessionStore(
            database, idle=settings.session_idle, absolute=settings.session_absolute
        ),
        provider=Provider(
            settings, scope=SCOPE, resource=settings.data_store_audience, contexts=service.contexts
        ),
        provider_keys=keys,
        pages=Pages(service, settings),
    )
    verifier = AccessTokenVerifier(settings.issuer, settings.data_store_audience, fetch=keys)
    store = documents.Documents(database, client_id=settings.client_id)
    sign_in = SignIn(site=site, accept=AcceptOwner(contexts=service.contexts, verifier=verifier))
    routes = [
        *sign_in.routes(),
        *SignOut(site=site).routes(),
        *Browse(site=site, sign_in=sign_in, documents=store).routes(),
    ]
    return build(site, routes, cookie="datastore-session", api=documents_api(settings, verifier, store))
