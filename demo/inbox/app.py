"""The page of what came, by recipient, and the gateway that takes SMS as JSON with a bearer secret."""

import hmac
from datetime import timedelta, timezone
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from demo.inbox.kept import Inbox

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_COOKIE = "inbox-lang"
_VIETNAM = timezone(timedelta(hours=7))


def _language(request: Request) -> str:
    """Return what was chosen here, else what the browser asks for first, else Vietnamese."""
    first = request.headers.get("accept-language", "vi")
    return "en" if request.cookies.get(_COOKIE, first).lower().startswith("en") else "vi"


def create_app(inbox: Inbox, *, secret: str, provider: str) -> Starlette:
    """Return the application; `provider` is where the messages come from."""
    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_HERE / "static" / "inbox.css").read_text(encoding="utf-8")

    async def show(request: Request) -> Response:
        asked = request.query_params.get("lang")
        if asked in {"vi", "en"}:
            answer: Response = RedirectResponse("/", status_code=303)
            answer.set_cookie(_COOKIE, asked, httponly=True, samesite="lax")
            return answer
        lang = _language(request)
        to = request.query_params.get("to", "")
        page = templates.get_template("inbox.html").render(
            lang=lang,
            say=lambda vi, en: vi if lang == "vi" else en,
            to=to,
            addresses=inbox.addresses,
            messages=list(inbox.of(to)),
            vietnam=_VIETNAM,
            provider=provider,
        )
        return HTMLResponse(page, headers=_HEADERS)

    async def take_sms(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            return PlainTextResponse("who are you", status_code=401)
        try:
            body = await request.json()
            inbox.keep("phone", str(body["to"]), "", str(body["text"]))
        except (ValueError, KeyError, TypeError):
            return PlainTextResponse("no message", status_code=400)
        return JSONResponse({"kept": True}, status_code=202)

    async def health(_request: Request) -> Response:
        return PlainTextResponse("ready")

    async def css(_request: Request) -> Response:
        return Response(style, media_type="text/css", headers=_HEADERS)

    return Starlette(
        routes=[
            Route("/", show),
            Route("/sms", take_sms, methods=["POST"]),
            Route("/health", health),
            Route("/static/inbox.css", css),
        ]
    )
