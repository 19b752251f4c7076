"""Rendering a page as an Answer: language, appearance, CSRF token and headers in one place for endpoints and faces."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from idp.clients.model import logo_path
from idp.edge.answer import Answer, Cookie
from idp.edge.call import Call
from idp.edge.cookie_names import cookie_name
from idp.edge.csrf import browser_cookie, csrf_token, mark_of
from idp.protocol.facts import ClientFacts
from idp.ui.answering import SCRIPT
from idp.ui.headers import Headers, form_action_source, page_headers, posting_headers, shared_headers
from idp.ui.language import Language, choose
from idp.ui.pages import Banner, Frame, RelyingParty
from idp.ui.theme import TextSize, Theme

_THEMES: Mapping[str, Theme] = {"light": "light", "dark": "dark"}
STATUS = "/status"
"""The page that says which services take which ways to sign in now."""
_TEXT_SIZES: Mapping[str, TextSize] = {"large": "large", "larger": "larger"}


def language_of(call: Call, ui_locales: str | None = None) -> Language:
    """Return the language of this request: the person's own choice, what the relying party asks, the browser's."""
    cookie = call.cookies().get(cookie_name(call.provider.settings, "lang"))
    return choose(ui_locales, cookie, call.headers.get("accept-language"))


def language_cookies(call: Call, ui_locales: str | None) -> list[Cookie]:
    """Keep the language the relying party asks for, until the browser closes or the person switches (Core §3.1.2.1)."""
    language = language_of(call, ui_locales)
    if language is language_of(call):
        return []
    return [Cookie(name=cookie_name(call.provider.settings, "lang"), value=language.value)]


def page(
    call: Call,
    template: str,
    *,
    status: int = 200,
    ui_locales: str | None = None,
    form_action: tuple[str, ...] = (),
    frame_src: tuple[str, ...] = (),
    asks_us: bool = False,
    notice: str | None = None,
    signed_in_name: str | None = None,
    path: str | None = None,
    shown_to: str = "",
    **context: object,
) -> Answer:
    """Return the page. `form_action` lists the origins a form's answer may lead to, besides our own.

    `frame_src` lists the origins it frames; `asks_us`: its script asks how things stand; `path` is where the page may be
    read again, if not at its own address; `shown_to` is the person whose page it is: its forms count for nobody else.
    """
    browser, cookie = browser_cookie(call)
    frame = _frame(
        call,
        browser,
        ui_locales,
        notice=notice,
        signed_in_name=signed_in_name,
        path=path,
        shown_to=shown_to,
        is_answer=call.method == "POST" and status != 404,  # what is not there is no place to come back to
    )
    body = call.provider.pages.render(template, frame, **context)
    headers = _headers(form_action, frame_src, asks_us=asks_us, https=call.provider.settings.is_https)
    answer = Answer.html(body, status=status, headers=headers)
    return answer if cookie is None else answer.with_cookies(cookie)


def shared_page(
    call: Call, template: str, *, ui_locales: str | None, seconds: int, **context: object
) -> Answer:
    """Return a page that is the same for all who ask alike: no form, no cookie, nobody's name; kept so many seconds."""
    frame = _frame(call, browser="", ui_locales=ui_locales, path=call.path)
    headers = _text(shared_headers(seconds=seconds, https=call.provider.settings.is_https))
    return Answer.html(call.provider.pages.render(template, frame, **context), headers=headers)


def answering_page(call: Call, redirect_uri: str, *, host: str, fields: Mapping[str, str]) -> Answer:
    """Return the page that posts an answer to a checked redirect_uri, and may do nothing else."""
    body = call.provider.pages.render(
        "answering.html",
        _frame(call, browser="", ui_locales=None),
        redirect_uri=redirect_uri,
        host=host,
        answer=fields,
    )
    headers = posting_headers(
        source=form_action_source(redirect_uri), script=SCRIPT, https=call.provider.settings.is_https
    )
    return Answer.html(body, headers=_text(headers))


def _frame(
    call: Call,
    browser: str,
    ui_locales: str | None,
    *,
    notice: str | None = None,
    signed_in_name: str | None = None,
    path: str | None = None,
    shown_to: str = "",
    is_answer: bool = False,
) -> Frame:
    settings = call.provider.settings
    theme, text_size = (
        call.cookies().get(cookie_name(settings, name), "") for name in ("theme", "text-size")
    )
    query = call.query_string.decode("ascii", "replace")
    return Frame(
        language=language_of(call, ui_locales),
        theme=_THEMES.get(theme, "device"),
        text_size=_TEXT_SIZES.get(text_size, "normal"),
        path=path or (f"{call.path}?{query}" if query else call.path),
        csrf=csrf_token(call, browser),
        shown_to=mark_of(call, browser, shown_to),
        banner=_banner(call),
        notice=notice,
        signed_in_name=signed_in_name,
        now=call.provider.clock.now(),
        is_answer=is_answer,
    )


def bare_error_page(call: Call) -> Answer:
    """Return the page for when no other can be made: no template, no cookie, both languages."""
    headers = _text(page_headers(https=call.provider.settings.is_https))
    return Answer.html(call.provider.pages.server_error(call.txn), status=500, headers=headers)


@lru_cache(maxsize=1024)
def _headers(
    form_action: tuple[str, ...], frame_src: tuple[str, ...], *, asks_us: bool, https: bool
) -> tuple[tuple[str, str], ...]:
    """Return the headers of a page: the same ones for all who come from one service."""
    return _text(page_headers(form_action=form_action, frame_src=frame_src, asks_us=asks_us, https=https))


def _text(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def leading_to(client: ClientFacts, uri: str) -> tuple[str, ...]:
    """Return the origins a form's answer may lead to: of this address, and of all others the service has registered.

    Browsers check `form-action` along redirects, the service's own among them: a callback goes on to where it lives.
    """
    known = (uri, client.client_uri, *client.redirect_uris, *client.post_logout_redirect_uris)
    return tuple(dict.fromkeys(form_action_source(one) for one in known if one))


def relying_party(client: ClientFacts, redirect_uri: str) -> RelyingParty:
    """Return the block that names who asks, with the host the person goes back to."""
    return RelyingParty(
        name=client.name,
        name_en=client.name_en,
        agency=client.agency,
        host=urlsplit(redirect_uri).netloc,
        policy_uri=client.policy_uri,
        tos_uri=client.tos_uri,
        logo=None if client.logo is None else logo_path(client.logo),
        home=client.client_uri,
    )


def _banner(call: Call) -> Banner | None:
    provider = call.provider
    now = provider.clock.now()
    outage = provider.outage(now)
    if outage is None:
        return None
    return Banner(
        since=outage.since,
        until=outage.until,
        now=now,
        city_sign_in=provider.configuration.city_sign_in[provider.takes_degraded(now)],
        more_url=None if call.path == STATUS else STATUS,
    )
