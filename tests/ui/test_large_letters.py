"""Letters twice as large on a small phone: words stay whole (WCAG 2.2 §1.4.4; PAGES §2.2)."""

import pytest
from playwright.sync_api import Browser

from idp.ui.language import Language
from tests.ui.gallery import render_all
from tests.ui.samples import SAMPLES
from tests.ui.serving import serving

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(300)]

ONE_EACH = {sample.template: name for name, sample in SAMPLES.items()}.values()
WIDTH, LETTERS = 360, "200%"
_EASY = 12
"""Longer words may not fit whatever is done."""
_TORN = """longest => {
  const torn = [];
  const text = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (text.nextNode()) {
    const node = text.currentNode;
    if (/@|[.]example/.test(node.data) || node.parentElement.closest(".mono, .host, .menu, .vh, option")) continue;
    for (const word of node.data.matchAll(/[\\p{L}()]+/gu)) {
      if (word[0].length > longest) continue;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = [...range.getClientRects()].filter(box => box.width > 0).map(box => Math.round(box.top));
      if (new Set(lines).size > 1) torn.push(word[0]);
    }
  }
  return torn;
}"""


@pytest.mark.parametrize(
    ("language", "allowed"),
    [(Language.VI, set()), (Language.EN, {"(simulated)", "supported", "appointment", "withdrawn"})],
)
def test_no_word_is_torn(browser: Browser, language: Language, allowed: set[str]) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": 700})
    torn: dict[str, list[str]] = {}
    with serving(render_all()) as origin:
        for name in ONE_EACH:
            page.goto(f"{origin}/{language}/{name}.html")
            page.evaluate("size => { document.documentElement.style.fontSize = size; }", LETTERS)
            if found := set(page.evaluate(_TORN, _EASY)) - allowed:
                torn[name] = sorted(found)
    page.close()
    assert torn == {}
