"""Pages without a sign-in: the front door, the style sheet, the icon, health."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from federation.national_mock.pages.render import message_page

_STATIC = Path(__file__).parent.parent / "static"
_CACHE = {"Cache-Control": "public, max-age=3600"}


def home(request: Request) -> Response:
    return message_page(request, "home")


async def style_sheet(_request: Request) -> Response:
    return FileResponse(_STATIC / "national.css", media_type="text/css", headers=_CACHE)


async def icon(_request: Request) -> Response:
    return FileResponse(_STATIC / "icon.svg", media_type="image/svg+xml", headers=_CACHE)


async def health(_request: Request) -> Response:
    """The process is up; says nothing about faults that were ordered."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
