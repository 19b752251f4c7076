"""Render a page of a service in the visitor's language, with styles and pictures from this host only."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from demo.apps.common.acting import Kind
from demo.apps.common.icons import icon
from demo.apps.common.settings import AppSettings
from demo.apps.common.visitor import Visitor
from demo.apps.common.words import Lang, Words, chosen_language, say_date, say_time

_COMMON = Path(__file__).parent
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How a service presents itself."""

    slug: str
    name: Words
    folder: Path
    links: Mapping[str, str] = field(default_factory=dict)
    """Addresses of other services, by name, for templates."""
    contexts: tuple[Kind, ...] = ("person",)
    """For whom people may act here, as it registered at the provider (`hpid_subject_contexts`)."""

    @property
    def may_switch(self) -> bool:
        """Tell whether there is anything to choose."""
        return self.contexts != ("person",)


class Pages:
    """The pages of one service."""

    def __init__(self, service: Service, settings: AppSettings) -> None:
        self._service = service
        self._settings = settings
        folders = [service.folder / "templates", _COMMON / "templates"]
        self._templates = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(icon=icon, service=service, test_environment=settings.test_environment)
        styles = (_COMMON / "static" / "site.css", service.folder / "static" / f"{service.slug}.css")
        self._styles = {path.name: path.read_bytes() for path in styles}
        version = hashlib.sha256(b"".join(self._styles.values())).hexdigest()[:12]
        self._templates.globals["styles"] = [f"/static/{name}?v={version}" for name in self._styles]
        self._mark = (service.folder / "static" / "mark.svg").read_bytes()

    def language(self, request: Request) -> Lang:
        """Return the language to answer in."""
        return chosen_language(request, self._language_cookie)

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        switch_path: str | None = None,
        **context: object,
    ) -> Response:
        """Answer with a page; `switch_path` is where the other language is asked for, if not right here."""
        lang = self.language(request)
        path = request.url.path if switch_path is None else switch_path
        text = self._templates.get_template(template).render(
            lang=lang,
            say=lambda vi, en: vi if lang == "vi" else en,
            tell=lambda words: words.say(lang),
            date=lambda seconds: say_date(seconds, lang),
            time=lambda seconds: say_time(seconds, lang),
            path=path,
            visitor=_visitor(request),
            **context,
        )
        answer = HTMLResponse(text, status_code=status)
        answer.headers["Content-Language"] = lang
        if request.query_params.get("lang") == lang:
            answer.set_cookie(
                self._language_cookie,
                lang,
                max_age=_YEAR,
                httponly=True,
                samesite="lax",
                secure=self._settings.is_https,
            )
        return answer

    def routes(self) -> list[Route]:
        """Return where the styles and the mark are."""
        return [Route("/static/{name}", self._static), Route("/favicon.svg", self._favicon)]

    async def _static(self, request: Request) -> Response:
        style = self._styles.get(request.path_params["name"])
        if style is None:
            raise HTTPException(404)
        kept = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(style, media_type="text/css", headers=kept)

    async def _favicon(self, _request: Request) -> Response:
        kept = {"Cache-Control": "public, max-age=86400"}
        return Response(self._mark, media_type="image/svg+xml", headers=kept)

    @property
    def _language_cookie(self) -> str:
        return f"{self._service.slug}-lang"


def _visitor(request: Request) -> Visitor | None:
    session = request.scope.get("session")
    return None if session is None else session.visitor
