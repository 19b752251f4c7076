"""Every sentence of the pages, by key, in both languages; one module per page, each with the same keys twice.

A text may hold `{parameters}`, `**bold**` and `[link text](target "id")`; in `{n:try|tries}` the words follow
the number. Everything else is plain text and is escaped, and so is every parameter (attack row A11).
"""

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from types import MappingProxyType

from markupsafe import Markup, escape

from idp.ui.formatting import number
from idp.ui.language import Language
from idp.ui.strings import (
    accessibility,
    account,
    account_alerts,
    account_data,
    account_services,
    account_sessions,
    act_for,
    administrator,
    answering,
    consent,
    contacts,
    copy_members,
    data_copy,
    frame,
    help_page,
    history,
    history_said,
    home,
    lock,
    mandates,
    methods,
    papers,
    passkeys,
    privacy,
    problem,
    qr,
    recover,
    scam,
    sign_in,
    sign_out,
    status,
)

PAGES = (
    *(frame, sign_in, act_for, consent, answering, problem, sign_out, home),
    *(help_page, scam, privacy, accessibility, administrator),
    *(account, account_alerts, account_data, data_copy, copy_members, account_services),
    *(account_sessions, history, history_said, mandates, methods),
    papers,
    passkeys,
    contacts,
    qr,
    lock,
    recover,
    status,
)
STRINGS: Mapping[Language, Mapping[str, str]] = {
    Language.VI: MappingProxyType({key: text for page in PAGES for key, text in page.VI.items()}),
    Language.EN: MappingProxyType({key: text for page in PAGES for key, text in page.EN.items()}),
}

_PART = re.compile(
    r'\*\*(?P<bold>[^*]+)\*\*|\[(?P<link>[^\]]+)\]\((?P<target>[^)\s]+)(?: "(?P<id>[a-z-]+)")?\)'
)
_OWN = re.compile(r"/(?!/)")
_HOLES = re.compile(r"[{}]")


class Texts:
    """The sentences of the pages in one language, and the parameters that hold for the whole site."""

    def __init__(self, language: Language, **site_params: object) -> None:
        self._language = language
        self._site_params = site_params
        self._whole = _WHOLE[language]
        self._of_site = {
            key: _MARKUP[language][key].format(**self._filled({}))
            for key, holes in _PARAMETERS[language].items()
            if holes <= site_params.keys()
        }
        """What needs nothing but what holds for the site."""

    def __call__(self, key: str, **params: object) -> Markup:
        """Return the sentence as HTML; an unknown key or a missing parameter is a KeyError."""
        whole = self._whole.get(key)
        if whole is None and not params:
            whole = self._of_site.get(key)
        return whole if whole is not None else _MARKUP[self._language][key].format(**self._filled(params))

    def plain(self, key: str, **params: object) -> str:
        """Return the sentence as plain text, for titles, attributes and values."""
        return STRINGS[self._language][key].format(**self._filled(params))

    def has(self, key: str) -> bool:
        """Tell whether there is such a sentence."""
        return key in STRINGS[self._language]

    def _filled(self, params: Mapping[str, object]) -> dict[str, object]:
        everything = {**self._site_params, **params}
        return {
            name: _Count(value, self._language) if isinstance(value, int) else value
            for name, value in everything.items()
        }


class _Count:
    """A number in a sentence: `{n}` prints it, `{n:try|tries}` adds the singular or the plural."""

    def __init__(self, value: int, language: Language) -> None:
        self._value = value
        self._text = number(value, language)

    def __str__(self) -> str:
        return self._text

    def __format__(self, words: str) -> str:
        one, _, many = words.partition("|")
        return f"{self._text} {one if self._value == 1 else many}".rstrip()


def _markup(text: str) -> Markup:
    """Turn a text into HTML that still holds its {parameters}."""
    return Markup().join(_pieces(text))


def _pieces(text: str) -> Iterator[Markup]:
    end = 0
    for match in _PART.finditer(text):
        yield escape(text[end : match.start()])
        yield _element(match)
        end = match.end()
    yield escape(text[end:])


def _element(match: re.Match[str]) -> Markup:
    if match["bold"]:
        return Markup("<strong>%s</strong>") % match["bold"]
    mark = Markup(' id="%s"') % match["id"] if match["id"] else Markup()
    rel = Markup() if _OWN.match(match["target"]) else Markup(' rel="noopener noreferrer"')
    return Markup('<a href="%s"%s%s>%s</a>') % (match["target"], mark, rel, match["link"])


_MARKUP = {
    language: {key: _markup(text) for key, text in texts.items()} for language, texts in STRINGS.items()
}
_WHOLE = {
    language: {key: text for key, text in texts.items() if not _HOLES.search(text)}
    for language, texts in _MARKUP.items()
}
"""The sentences that are the same on every page: most of them, and nothing is left to fill in."""
_PARAMETERS = {
    language: {
        key: frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
        for key, text in texts.items()
        if key not in _WHOLE[language]
    }
    for language, texts in _MARKUP.items()
}
