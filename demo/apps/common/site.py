"""Put a service together: its pages, its sign-in and sign-out, and what stands around every answer."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Scope

from demo.apps.common.database import Database
from demo.apps.common.layers import OwnPostsOnly, RequestLog, SecurityHeaders, SessionCookie
from demo.apps.common.openid import Provider
from demo.apps.common.pages import Pages
from demo.apps.common.sessions import BrowserSession, SessionStore
from demo.apps.common.settings import AppSettings, ssl_context
from demo.apps.common.words import Words
from resource_server import JwksSource, fetch_json

BACK_CHANNEL_LOGOUT = "/backchannel-logout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the endpoints of a service work with."""

    settings: AppSettings
    database: Database
    sessions: SessionStore
    provider: Provider
    provider_keys: JwksSource
    pages: Pages

    def message(
        self, request: Request, slug: str, *, status: int, title: Words, text: Sequence[Words], **more: object
    ) -> Response:
        """Answer with a page that says one thing; `button` (id, path, words) is the way on."""
        context: dict[str, object] = {"slug": slug, "title": title, "text": text, "button": None} | more
        return self.pages.render(request, "message.html", status=status, switch_path="/", **context)


def provider_keys(settings: AppSettings) -> JwksSource:
    """Return the provider's keys, for logout tokens and for access tokens."""
    verify = ssl_context(settings.ca_bundle)
    return JwksSource(settings.issuer, fetch=partial(fetch_json, verify=verify))


def session_of(request: Request) -> BrowserSession:
    """Return the browser's session."""
    return cast("BrowserSession", request.session)


def build(
    site: Site, routes: Sequence[BaseRoute], *, cookie: str, api: Callable[[FastAPI], None] | None = None
) -> ASGIApp:
    """Return the application of a service."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        site.database.close()

    app = FastAPI(
        openapi_url=None,
        lifespan=lifespan,
        routes=[*routes, *site.pages.routes(), Route("/health", _health)],
        exception_handlers=_handlers(site),
    )
    if api is not None:
        api(app)
    settings, https = site.settings, site.settings.is_https
    inner = OwnPostsOnly(
        app,
        origin=settings.base_url,
        machine_paths=(BACK_CHANNEL_LOGOUT, "/api/"),
        refusal=lambda scope: _not_from_here(site, scope),
    )
    name = f"__Host-{cookie}" if https else cookie
    with_session = SessionCookie(inner, sessions=site.sessions, name=name, is_https=https)
    return RequestLog(SecurityHeaders(with_session, issuer=settings.issuer, is_https=https))


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _handlers(site: Site) -> dict[Any, Any]:
    async def refused(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse(
                {"error": "not_found" if error.status_code == 404 else "refused"}, error.status_code
            )
        if error.status_code == 404:
            title = Words("Không tìm thấy trang", "Page not found")
            text = Words(
                "Địa chỉ có thể đã thay đổi hoặc gõ thiếu.", "The address may have changed or been mistyped."
            )
            return site.message(request, "not-found", status=404, title=title, text=[text], button=_home())
        title = Words("Không nhận được yêu cầu này", "This request could not be taken")
        text = Words("Quay lại trang trước và gửi lại.", "Go back to the previous page and send it again.")
        return site.message(
            request, "refused", status=error.status_code, title=title, text=[text], button=_home()
        )

    async def failed(request: Request, _error: Exception) -> Response:
        title = Words("Trang đang gặp sự cố", "Something went wrong here")
        text = Words(
            "Chưa làm được việc vừa yêu cầu. Thử lại sau ít phút.",
            "It was not done. Try again in a few minutes.",
        )
        return site.message(request, "failed", status=500, title=title, text=[text], button=_home())

    return {HTTPException: refused, Exception: failed}


def _not_from_here(site: Site, scope: Scope) -> Response:
    title = Words("Không nhận yêu cầu từ trang khác", "Requests from other sites are not taken")
    text = Words("Mở trang này rồi gửi lại từ đây.", "Open this service and send it from here.")
    return site.message(Request(scope), "not-from-here", status=403, title=title, text=[text], button=_home())


def _home() -> tuple[str, str, Words]:
    return ("back", "/", Words("Về trang chủ", "Go to the home page"))
