"""The style sheet: contrast of the tokens (WCAG 2.2 §1.4.3, §1.4.11), no dead rules, nothing from elsewhere."""

import re

import pytest

from idp.ui.static import STATIC, static
from tests.colours import contrast
from tests.ui.html import Page

CSS = STATIC[static("hpid.css")][1].decode()
RULES = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
TEXT, LARGE_OR_CONTROL = 4.5, 3.0
PAIRS = (
    *[
        ("ink", ground, TEXT)
        for ground in ("page", "surface", "sunken", "tint", "danger-tint", "warn-tint", "ok-tint")
    ],
    *[("muted", ground, TEXT) for ground in ("page", "surface", "sunken", "tint")],
    *[("link", ground, TEXT) for ground in ("page", "surface", "sunken", "tint", "warn-tint", "ok-tint")],
    *[("on-primary", ground, TEXT) for ground in ("primary", "primary-hover", "primary-active")],
    ("on-danger", "danger-fill", TEXT),
    *[("danger", ground, TEXT) for ground in ("danger-tint", "surface")],
    *[("link-visited", ground, TEXT) for ground in ("page", "surface")],
    *[("on-bar", "bar", TEXT), ("bar-muted", "bar", TEXT), ("tint-ink", "tint", TEXT)],
    *[("warn", "warn-tint", TEXT), ("ok", "ok-tint", TEXT), ("ok", "surface", TEXT)],
    *[("control", ground, LARGE_OR_CONTROL) for ground in ("page", "surface", "sunken")],
    *[("warn-line", "warn-tint", LARGE_OR_CONTROL), ("focus-in", "focus-out", LARGE_OR_CONTROL)],
    *[("focus-out", "page", LARGE_OR_CONTROL), ("focus-out", "surface", LARGE_OR_CONTROL)],
)


def tokens(selector: str) -> dict[str, str]:
    match = re.search(re.escape(selector) + r" \{([^}]*)\}", RULES)
    assert match is not None
    return dict(re.findall(r"--([a-z-]+): ([^;]+);", match[1]))


LIGHT = tokens("\n:root")
DARK = tokens(":root[data-theme=dark]")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "needed"), PAIRS)
def test_colours_that_meet_have_enough_contrast(
    front: str, ground: str, needed: float, theme: dict[str, str]
) -> None:
    assert contrast(theme[front], theme[ground]) >= needed


def test_contrast_is_computed_as_wcag_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_dark_is_the_same_by_device_and_by_choice_and_redefines_every_colour() -> None:
    assert tokens(":root:not([data-theme])") == DARK
    assert {name for name, value in LIGHT.items() if value.startswith("#")} <= DARK.keys()


def test_every_token_is_used_and_every_used_token_exists() -> None:
    used = set(re.findall(r"var\(--([a-z-]+)\)", RULES))
    assert used == LIGHT.keys()


def test_every_class_of_the_style_is_on_a_page_and_the_reverse(parsed: dict[object, Page]) -> None:
    selectors = " ".join(re.findall(r"([^{};]+)\{", RULES))
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", selectors))
    worn = {
        name
        for page in parsed.values()
        for element in page.elements
        for name in element.attrs.get("class", "").split()
    }
    assert styled == worn


def test_the_style_loads_nothing_and_keeps_diacritics_whole() -> None:
    assert "url(" not in RULES
    assert "@import" not in RULES
    assert "text-transform" not in RULES
    assert "italic" not in RULES
    heights = [float(height) for height in re.findall(r"line-height: ([0-9.]+)", RULES)]
    heights += [float(height) for height in re.findall(r"rem/([0-9.]+)", RULES)]
    assert min(heights) >= 1.3
