"""Turns a template into an answer: language, headers, cookies.

The content security policy lets in our own style sheet and nothing else. It cannot narrow ``form-action``
to the relying party: browsers apply it to every redirect that follows a form, and the relying party sends
the person on to services that only it knows.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from federation.national_mock.fault_list import NONE
from federation.national_mock.loopback import is_local
from federation.national_mock.service import service_of
from federation.national_mock.viet_nam import local
from federation.national_mock.words import LANGUAGES, first_accepted, say

LANGUAGE_COOKIE = "national-lang"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http: https:;"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send "Origin: null" from our own forms
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: Request) -> str:
    """Asked for in the address, else remembered, else the best the browser accepts, else Vietnamese."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return wish
    return first_accepted(request.headers.get("accept-language", "")) or "vi"


def page(
    request: Request,
    template: str,
    values: Mapping[str, object],
    *,
    language: str,
    status: int = 200,
    keep: Mapping[str, str] | None = None,
    frames: Sequence[str] = (),
    is_final: bool = False,
) -> Response:
    """Render one page; remembers the language when the address asked for it.

    ``keep`` is what the links to the other language must carry on a page that answers a form; ``frames`` are the
    addresses that the page opens in frames. A final page cannot be asked for again, in any language.
    """
    url = request.url.include_query_params(**(keep or {}))
    switch = [(other, f"?{url.include_query_params(lang=other).query}") for other in LANGUAGES]
    text = _templates.get_template(template).render(
        values,
        lang=language,
        w=partial(say, language),
        switch=[] if is_final else switch,
        fault=_fault(request),
        panel=service_of(request).settings.faults and is_local(request),
    )
    response = HTMLResponse(text, status_code=status, headers=_HEADERS)
    if frames:
        origins = " ".join(sorted({"{0.scheme}://{0.netloc}".format(urlsplit(frame)) for frame in frames}))
        response.headers["Content-Security-Policy"] += f"; frame-src {origins}"
    if request.query_params.get("lang") == language:
        set_cookie(request, response, LANGUAGE_COOKIE, language)
    return response


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """A cookie of this service. Hosts share cookies between ports, so its name says whose it is."""
    secure = request.app.state.service.settings.issuer.startswith("https:")
    response.set_cookie(name, value, httponly=True, samesite="lax", secure=secure, path="/")


def message_page(request: Request, name: str) -> Response:
    """A page that only says something: title and text of words.py under this name."""
    values = {"title": f"{name}.title", "text": f"{name}.text"}
    return page(request, "message.html", values, language=language_of(request))


def error_page(request: Request, word: str, *, status: int) -> Response:
    """The page for whatever cannot be sent back to the relying party."""
    values = {"title": "error.title", "text": word}
    return page(request, "message.html", values, language=language_of(request), status=status)


def _fault(request: Request) -> dict[str, str] | None:
    """Return the fault in force and until when, for the banner that every page has then."""
    faults = service_of(request).faults
    if faults.mode == NONE:
        return None
    ends_at = faults.ends_at
    until = "" if ends_at is None else local(ends_at).strftime("%H:%M:%S")
    return {"mode": faults.mode, "until": until}


def maintenance_page() -> Response:
    """What people saw when the real system was down: no request is needed to render it."""
    text = _templates.get_template("maintenance.html").render(
        lang="vi",
        w=partial(say, "vi"),
        en=partial(say, "en"),
        switch=[],
        fault={"mode": "maintenance", "until": ""},
        panel=False,
    )
    return HTMLResponse(text, status_code=503, headers=_HEADERS | {"Retry-After": "120"})
