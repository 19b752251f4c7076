"""Long names, in letters twice as large, on the narrowest phone: everything wraps, nothing is cut off (PAGES §2, §5)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from idp.ui.language import Language
from tests.ui.gallery import render_all
from tests.ui.samples import SAMPLES
from tests.ui.serving import serving

pytestmark = [pytest.mark.network, pytest.mark.browser]

LONG = {
    "Nguyễn Thị Hương": "Tôn Nữ Nguyễn Phúc Hoàng Thị Phương Khánh Thảo Uyên Minh Nguyệt Quỳnh Anh Thư",
    "Cổng dịch vụ công Hải Phòng": (
        "Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính thành phố Hải Phòng, cơ sở 2"
    ),
    "Hải Phòng Public Services": "HaiPhongOnlinePublicServicesPortal of the People's Committee of the City",
    "dichvucong.haiphong.example": "dichvucong-trungtamphucvuhanhchinhcong.haiphong.example",
    "Công ty TNHH Cảng Xanh": "Công ty Trách nhiệm hữu hạn Một thành viên Thương mại và Vận tải Cảng Xanh Miền Bắc",
}
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const found = [...document.querySelectorAll("body *")].filter(one =>
    one.checkVisibility() && !one.closest(".vh, thead") && one.getBoundingClientRect().right > width + 1);
  return found.map(one => one.id || one.className || one.tagName).slice(0, 3);
}"""
CUT_OFF = """() => [...document.querySelectorAll("main *")].filter(one =>
  one.checkVisibility() && !one.matches("input, select, textarea, thead, .vh, svg, svg *")
  && getComputedStyle(one).overflow !== "visible" && one.scrollWidth > one.clientWidth + 1
).map(one => one.id || one.className)"""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving({path: _lengthened(body) for path, body in render_all().items()}) as origin:
        yield origin


@pytest.mark.parametrize("letters", ["100%", "200%"])
@pytest.mark.parametrize("language", Language)
def test_everything_wraps(browser: Browser, origin: str, language: Language, letters: str) -> None:
    one_each = {sample.template: name for name, sample in SAMPLES.items()}
    page = browser.new_page(viewport={"width": 320, "height": 640})
    wrong = {}
    for name in (*one_each.values(), "sign-in", "act-for-search", "account-home", "error-expired", "history"):
        page.goto(f"{origin}/{language}/{name}.html")
        page.evaluate("letters => document.documentElement.style.setProperty('font-size', letters)", letters)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        if found := page.evaluate(TOO_WIDE) + page.evaluate(CUT_OFF):
            wrong[name] = found
    page.close()
    assert wrong == {}


def _lengthened(body: bytes) -> bytes:
    text = body.decode("utf-8", "surrogateescape")
    for short, long in LONG.items():
        text = text.replace(short, long)
    return text.encode("utf-8", "surrogateescape")
