"""Whatever a value holds, it stays a value – attack row A11: polyglots in every string of every page."""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from markupsafe import Markup

from idp.ui.account_rows import Happened
from idp.ui.language import Language
from idp.ui.pages import Pages
from tests.ui.every_page import Seen, on_every_page
from tests.ui.html import Page
from tests.ui.sample import SITE
from tests.ui.samples import SAMPLES

POLYGLOTS = (
    "\"'></title></textarea></style></script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A<svg/onload=alert()//>",
    "{{7*7}}{0}{t}{t.__init__}%(x)s<!--",
)
KEYS = {
    "case",
    "device_key",
    "mode",
    "methods",
    "not_sent",
    "reason_key",
    "page",
    "template",
    "act",
    "kind",
    "what",
    *("area", "standing"),
    "this_device",
    "right",
    "rights",
}
"""Context that names something of ours, never what somebody wrote."""
KEPT_FIELDS = {
    *("key", "field", "spoken_key", "label_key", "language", "theme", "text_size", "notice"),
    *("role", "areas", "obstacle", "label", "labels", "basis", "said", "device_id"),
    *("agreed", "by_law", "taken_back"),
    *("word", "source", "scheme", "right", "state", "ways"),
}
"""Of a value: what names something of ours."""


@on_every_page
def test_no_value_changes_the_shape_of_a_page(seen: Seen) -> None:
    pages = _pages()
    shape = seen.page.shape()
    for polyglot in POLYGLOTS:
        page = Page(poisoned(seen.name, seen.language, polyglot, pages).decode())
        assert page.faults == []
        assert page.shape() == shape
        for element in page.elements:
            assert not any(attribute.startswith("on") for attribute in element.attrs)
            assert not element.attrs.get("href", "").lower().startswith(("javascript", "data", "vbscript"))
        assert "49" not in page.one("main").text


_pages = cache(lambda: Pages(SITE))


def test_what_the_site_is_called_is_escaped_too() -> None:
    site = dataclasses.replace(
        SITE, upstream=POLYGLOTS[0], issuer=f"https://a.example{POLYGLOTS[1]}", release=POLYGLOTS[0]
    )
    page = Page(SAMPLES["sign-in"].render(Pages(site), Language.VI))
    assert page.shape() == Page(SAMPLES["sign-in"].render(Pages(SITE), Language.VI)).shape()


def test_the_reference_on_the_server_error_page_is_escaped(pages: Pages) -> None:
    page = Page(pages.server_error(POLYGLOTS[0]).decode())
    assert page.all("script", "img") == []
    assert POLYGLOTS[0] in page.one("main").text


def poisoned(name: str, language: Language, polyglot: str, pages: Pages) -> bytes:
    """Return a sample page in which every text somebody else wrote is the polyglot."""
    sample = SAMPLES[name]
    context = {
        key: value if key in KEYS else _poison(value, polyglot)
        for key, value in sample.context(language).items()
    }
    return pages.render(sample.template, _poison(sample.frame_for(language), polyglot), **context)


def _poison(value: Any, polyglot: str) -> Any:
    """Replace every text inside a value, however deep; leave what is empty, an enum, a time or ours."""
    match value:
        case Markup() | Enum() | "":
            return value
        case str() if value.startswith(("https://", "/")):  # stays an address, so that its link stays
            return value + polyglot.replace(" ", "")
        case str():
            return polyglot
        case tuple():
            return tuple(_poison(item, polyglot) for item in value)
        case Mapping():
            return {key: _poison(item, polyglot) for key, item in value.items()}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            kept = KEPT_FIELDS | ({"icon", "what"} if isinstance(value, Happened) else set())
            names = {part.name for part in dataclasses.fields(value)} - kept
            changes = {name: _poison(getattr(value, name), polyglot) for name in names}
            return dataclasses.replace(value, **changes)
        case _:
            return value
