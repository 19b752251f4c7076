"""Which of our two languages a page speaks – OpenID Connect Core §3.1.2.1 (ui_locales), RFC 9110 §12.5.4.

`ui_locales` wins over the cookie, the cookie over Accept-Language, Vietnamese is the default (PAGES §5). So
that the language switch still works inside an interaction, pass `ui_locales` only where it arrives and let
the cookie carry it on.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

_MAX_RANGES = 20
_RANGE = re.compile(r"([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*")
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


class Language(StrEnum):
    """A language the pages are written in; the value is its BCP 47 tag."""

    VI = "vi"
    EN = "en"


def choose(ui_locales: str | None, cookie: str | None, accept_language: str | None) -> Language:
    """Return the language of the first source that names one we speak."""
    for tag in (*(ui_locales or "").split()[:_MAX_RANGES], cookie or "", *_accepted(accept_language or "")):
        language = _spoken(tag)
        if language is not None:
            return language
    return Language.VI


def _spoken(tag: str) -> Language | None:
    """Return our language for a tag such as `en-GB`, by its primary subtag (RFC 4647 §3.4)."""
    match = _RANGE.fullmatch(tag)
    if match is None:
        return None
    primary = match[1].lower()
    return Language(primary) if primary in {*Language} else None


def _accepted(header: str) -> Iterator[str]:
    """Yield the ranges of Accept-Language, best first, without those of weight 0 or with a bad weight."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(",")[:_MAX_RANGES]:
        tag, _, parameter = part.partition(";")
        if parameter.strip():
            match = _WEIGHT.fullmatch(parameter.strip())
            weight = float(match[1]) if match else 0.0
        else:
            weight = 1.0
        if weight > 0:
            weighted.append((weight, tag.strip()))
    yield from (tag for _, tag in sorted(weighted, key=lambda item: -item[0]))
