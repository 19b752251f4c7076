"""Renders every page: templates and a frame in, a whole HTML document out.

Jinja2 with autoescape and StrictUndefined: what a template names must be given, and everything given is
escaped (attack row A11). Reads all templates from disk at the start, else pure; the faces' controllers call it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from jinja2 import DictLoader, Environment, StrictUndefined
from jinja2.runtime import Context
from markupsafe import Markup

from idp.ui import formatting
from idp.ui.answering import SCRIPT
from idp.ui.copy_words import copy_day, copy_moment, copy_principal, copy_request, copy_word
from idp.ui.countries import country_name
from idp.ui.icons import icon
from idp.ui.language import Language
from idp.ui.links import own_path, return_url, web_url
from idp.ui.navigation import ACCOUNT
from idp.ui.static import static
from idp.ui.strings import Texts
from idp.ui.theme import TextSize, Theme

_HERE = Path(__file__).parent
_TEMPLATES = (_HERE / "templates", _HERE.parent / "citizen" / "templates")
_OPTIONAL: Mapping[str, object] = {
    **dict.fromkeys(("errors", "rp", "developer", "minutes", "reason_key", "frames", "goes_on", "passkey")),
    "fields": MappingProxyType({}),
    "counts": MappingProxyType({}),
    "sends_cookies": True,
}
"""What a page may go without; anything else a template names must be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What holds for every page of this deployment."""

    host: str
    issuer: str
    test_environment: bool
    upstream: str
    upstream_en: str
    release: str

    @property
    def origin(self) -> str:
        """Return what the address bar must begin with: scheme, host and port of the issuer."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """The service that asks, as its registration names it; `name_en` may be empty, icons.py has the icons."""

    name: str
    name_en: str
    agency: str
    host: str
    policy_uri: str | None = None
    tos_uri: str | None = None
    logo: str | None = None
    """Where our copy of its logo is, on this host."""
    icon: str = "doc"
    home: str | None = None
    """Its own first page, where it has registered one (`client_uri`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """An outage of the national system: since when, or a planned window if `until` is given."""

    since: datetime
    now: datetime
    until: datetime | None = None
    city_sign_in: bool = False
    """Whether a passkey or password of ours leads into any service meanwhile."""
    more_url: str | None = None
    """Where it says which; None: here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds a page: reader, place, anti-forgery value, news."""

    language: Language
    theme: Theme = "device"
    text_size: TextSize = "normal"
    path: str = "/"
    csrf: str = ""
    shown_to: str = ""
    """What stands for the person whose page it is; empty: nobody's in particular."""
    banner: Banner | None = None
    notice: str | None = None
    signed_in_name: str | None = None
    now: datetime | None = None
    """When it is shown; None: a moment is written in full."""
    is_answer: bool = False
    """Whether it answers a form: asking for its address again would send the form again."""


class Pages:
    """The pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._environment = _environment()
        self._texts = {
            language: Texts(language, upstream=upstream, host=site.host, origin=site.origin)
            for language, upstream in ((Language.VI, site.upstream), (Language.EN, site.upstream_en))
        }
        self._server_error, self._busy = (
            _fill(
                (_HERE / "assets" / name).read_text("utf-8"),
                css=static("hpid.css"),
                favicon=static("favicon.svg"),
                origin=site.origin,
            )
            for name in ("server_error.html", "busy.html")
        )

    def render(self, template: str, frame: Frame, **context: object) -> bytes:
        """Return the page; a name the template needs and nobody gave is an error, never an empty space."""
        site = self._site
        return (
            self._environment.get_template(template)
            .render(
                {
                    **_OPTIONAL,
                    **context,
                    "site": site,
                    "frame": frame,
                    "language": frame.language,
                    "t": self._texts[frame.language],
                }
            )
            .encode(errors="replace")
        )

    def texts(self, language: Language) -> Texts:
        """Return the words of the pages, for what is no page."""
        return self._texts[language]

    def server_error(self, txn: str) -> bytes:
        """Return the page for when nothing else works: no template, no session, both languages."""
        return _fill(self._server_error, txn=txn).encode(errors="replace")

    def busy(self) -> bytes:
        """Return the page for whom there is no room now: it costs nothing, both languages."""
        return self._busy.encode()


def shown_name(rp: RelyingParty, language: Language) -> Markup:
    """Return a service's name in the page's language; a Vietnamese name on an English page says so."""
    name, of = name_in(rp, language)
    return Markup.escape(name) if of is language else formatting.in_vietnamese(name, language)


def name_in(rp: RelyingParty, language: Language) -> tuple[str, Language]:
    """Return a service's name for the page's language, and the language it is in: a choice in a list holds text alone."""
    if language is not Language.VI and rp.name_en:
        return rp.name_en, language
    return rp.name, Language.VI


class _PlainCalls(Context):
    """Calls what a template calls, and asks nothing first: none of ours wants to be handed the context."""

    def call(
        self,
        called: Callable[..., object],
        /,
        *args: object,
        _block_vars: object = None,
        _loop_vars: object = None,
        **named: object,
    ) -> object:
        """Call it; names of a block or a loop are for who wants the context."""
        return called(*args, **named)


class _Environment(Environment):
    context_class = _PlainCalls


def _environment() -> Environment:
    environment = _Environment(
        loader=DictLoader(_sources()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        account_navigation=ACCOUNT,
        answering_script=SCRIPT,
        icon=icon,
        static=static,
        shown_name=shown_name,
        clock=formatting.time,
        time_of_day=formatting.time_of_day,
        date_time=formatting.date_time,
        day=formatting.date,
        copy_moment=copy_moment,
        copy_day=copy_day,
        copy_word=copy_word,
        copy_principal=copy_principal,
        copy_request=copy_request,
        country_name=country_name,
        weekday_date=formatting.weekday_date,
        amount=formatting.number,
    )
    environment.filters.update(web_url=web_url, return_url=return_url, own_path=own_path)
    return environment


def _sources() -> dict[str, str]:
    """Read every template now: later the next release may have been installed in this one's place."""
    return {path.name: path.read_text("utf-8") for folder in _TEMPLATES for path in folder.glob("*.html")}


def _fill(page: str, **values: str) -> str:
    """Replace `{{name}}` by the escaped value; the page is a file of ours, not a template."""
    for name, value in values.items():
        page = page.replace(f"{{{{{name}}}}}", escape(value))
    return page
