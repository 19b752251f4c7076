"""Contrast themes of the system, where the browser takes all colours away (CSS Color Adjustment 1, §3)."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from tests.ui.gallery import render_all
from tests.ui.serving import serving

pytestmark = [pytest.mark.network, pytest.mark.browser]

_BLACK, _WHITE = 60, 200


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(render_all()) as origin:
        yield origin


@pytest.fixture(params=["light", "dark"])
def themed(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in a contrast theme on white, and in one on black."""
    page = browser.new_page(forced_colors="active", color_scheme=request.param)
    yield page
    page.close()


@pytest.mark.parametrize(
    ("sample", "picture"),
    [
        ("method-totp", "#totp-qr"),
        ("administrator-totp", "#totp-qr"),
        ("recover-desk-bind", "#totp-qr"),
        ("qr", "#qr-code"),
    ],
)
def test_a_qr_code_is_black_on_white(themed: Page, origin: str, sample: str, picture: str) -> None:
    themed.goto(f"{origin}/vi/{sample}.html")
    greys = _greys(themed.locator(picture))
    black, white = (sum(is_such(grey) for grey in greys) for is_such in (_is_black, _is_white))
    assert black > len(greys) * 0.15
    assert white > len(greys) * 0.4


def test_the_section_of_the_account_one_is_in_is_marked_by_an_edge(themed: Page, origin: str) -> None:
    themed.goto(f"{origin}/vi/history.html")
    edge = "one => getComputedStyle(one).borderInlineStartWidth"
    assert themed.locator("#nav-history").evaluate(edge) == "4px"
    assert themed.locator("#nav-home").evaluate(edge) == "0px"


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_a_tick_is_seen_whatever_appearance_was_chosen(themed: Page, origin: str, chosen: str) -> None:
    themed.goto(f"{origin}/vi/consent.html")
    themed.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", chosen)
    box = themed.locator("main input[type=checkbox]").first
    box.check()
    inside = _greys(box, edge=4)
    ground = inside[0]
    assert sum(abs(grey - ground) > 90 for grey in inside) > len(inside) * 0.06, "no tick"


def test_the_one_primary_button_has_the_strongest_edge(themed: Page, origin: str) -> None:
    themed.goto(f"{origin}/vi/qr-confirm.html")
    edge = "one => parseFloat(getComputedStyle(one).borderTopWidth)"
    assert themed.locator("#submit").evaluate(edge) > themed.locator("#deny").evaluate(edge)


def _greys(element: Locator, *, edge: int = 0) -> list[int]:
    with Image.open(io.BytesIO(element.screenshot())) as picture:
        inside = (edge, edge, picture.width - edge, picture.height - edge)
        return list(picture.convert("L").crop(inside).tobytes())


def _is_black(grey: int) -> bool:
    return grey < _BLACK


def _is_white(grey: int) -> bool:
    return grey > _WHITE
