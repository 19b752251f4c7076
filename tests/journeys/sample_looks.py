"""axe-core on sample pages as they look: narrow or wide, light or dark."""

from collections.abc import Iterable, Mapping
from typing import Literal

from playwright.sync_api import Browser

from tests.journeys.axe import violations
from tests.journeys.visitor import Visitor

Look = tuple[int, Literal["light", "dark"]]
"""A width in pixels, and a theme."""

LOOKS: tuple[Look, ...] = ((320, "light"), (1280, "light"), (1280, "dark"), (320, "dark"))
"""In a circle: the look two places on differs in width and in theme."""
_WRITE = """async html => {
  document.open();
  document.write(html);
  document.close();
  if (document.readyState !== "complete") await new Promise(done => addEventListener("load", done, {once: true}));
}"""


def faults(
    browser: Browser, origin: str, looks: Mapping[str, Iterable[Look]]
) -> dict[tuple[str, Look], list[str]]:
    """Return what axe-core finds of each page, by its path, in the looks it is to be seen in.

    One page is opened, and every page's text is written into it: what the browser has compiled of axe-core stays. A page
    whose script leads away is followed by one that is opened again; one that would ask how things stand is kept quiet,
    for it would go on asking while the next ones are seen.
    """
    found = {}
    with Visitor(browser) as visitor:
        for path, seen_in in looks.items():
            if not visitor.page.url.startswith(f"{origin}/"):
                visitor.open(origin + path)
            text = visitor.context.request.get(origin + path).text().replace(" data-asks=", " data-quiet=")
            visitor.page.evaluate(_WRITE, text)
            for width, theme in seen_in:
                visitor.page.set_viewport_size({"width": width, "height": 800})
                visitor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                found[path, (width, theme)] = violations(visitor)
    return {where: said for where, said in found.items() if said}
