"""Pages on paper: where sheets break, how large letters are, and what a receipt says of itself (PAGES §2.4)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, PdfMargins

from tests.ui.gallery import render_all
from tests.ui.serving import serving

pytestmark = [pytest.mark.network, pytest.mark.browser]

MARGINS = PdfMargins(top="1cm", right="1cm", bottom="1cm", left="1cm")
"""Those a browser suggests."""
ROWS = ".events > li, tr, .data > div, .pick > li"
_BREAKS = "all => [...new Set(all.map(one => getComputedStyle(one).breakInside))]"
_POINTS = "one => parseFloat(getComputedStyle(one).fontSize) * 72 / 96"


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(render_all()) as origin:
        yield origin


@pytest.fixture
def paper(browser: Browser) -> Iterator[Page]:
    """A page as it is printed, by somebody whose screen is dark."""
    page = browser.new_page(color_scheme="dark")
    page.emulate_media(media="print")
    yield page
    page.close()


@pytest.mark.parametrize("sample", ["service-receipt", "service-receipt-withdrawn", "mandate-receipt-taken"])
def test_a_receipt_is_one_sheet(paper: Page, origin: str, sample: str) -> None:
    paper.goto(f"{origin}/vi/{sample}.html")
    assert _sheets(paper) == 1


@pytest.mark.parametrize("sample", ["history", "data", "service-receipt"])
def test_no_row_is_torn_between_two_sheets(paper: Page, origin: str, sample: str) -> None:
    paper.goto(f"{origin}/vi/{sample}.html")
    assert paper.locator(ROWS).evaluate_all(_BREAKS) == ["avoid"]


def test_reading_text_is_11_points_and_small_text_is_smaller(paper: Page, origin: str) -> None:
    paper.goto(f"{origin}/vi/method-codes-shown.html")
    assert paper.locator("body").evaluate(_POINTS) == pytest.approx(11, abs=0.1)
    assert 9 < paper.locator(".small").first.evaluate(_POINTS) < 10.5


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_receipt_of_a_mandate_says_whose_it_is_and_which_site_made_it_when(
    paper: Page, origin: str, language: str
) -> None:
    paper.goto(f"{origin}/{language}/mandate-receipt-taken.html")
    assert paper.locator("#holder").inner_text() == "Nguyễn Thị Hương"
    assert re.fullmatch(r"21:12, 22.+2026, id\.haiphong\.example", paper.locator("#made").inner_text())


def _sheets(page: Page) -> int:
    """Count the pages of the PDF (ISO 32000-1 §7.7.3.3)."""
    printed = page.pdf(format="A4", print_background=False, margin=MARGINS)
    return len(re.findall(rb"/Type /Page\b", printed))
