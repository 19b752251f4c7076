"""What only a browser can tell: width, focus, script, policy – on every sample page (PAGES §5, attack row A11)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from idp.ui.language import Language
from idp.ui.pages import Pages
from tests.ui.gallery import render_all
from tests.ui.sample import SITE
from tests.ui.samples import SAMPLES
from tests.ui.serving import serving
from tests.ui.test_escaping import POLYGLOTS, poisoned
from tests.ui.test_style import DARK, LIGHT

pytestmark = [pytest.mark.network, pytest.mark.browser]

TEXT_SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    "p { margin-bottom: 2em !important }"
)  # WCAG 2.2 §1.4.12
LARGE_LETTERS = "html { font-size: 200% }"  # WCAG 2.2 §1.4.4
NARROWEST = """() => Math.min(...[...document.querySelectorAll("main .txt, .rp p")]
  .map(words => words.getBoundingClientRect().width))"""
LOWER_HEADINGS = """() => {
  const size = (heading) => parseFloat(getComputedStyle(heading).fontSize);
  return Math.max(0, ...[...document.querySelectorAll("main h2")].map(size)) / size(document.querySelector("h1"));
}"""
SPACE_OUT = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""
SCROLL_WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(render_all()) as origin:
        yield origin


@pytest.mark.parametrize("language", Language)
def test_every_page_fits_a_narrow_screen_keeps_its_policy_and_asks_no_other_host(
    language: Language, browser: Browser, origin: str
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    complaints: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    for name in SAMPLES:
        page.goto(f"{origin}/{language}/{name}.html")
        assert page.evaluate(SCROLL_WIDTH) == 320, name
        page.evaluate(SPACE_OUT, TEXT_SPACING)
        assert page.evaluate(SCROLL_WIDTH) == 320, f"{name} with text spacing"
    context.close()
    assert complaints == []
    assert {url for url in asked if not url.startswith(origin + "/")} == set()


def test_letters_twice_as_large_fit_a_phone_and_stay_words(browser: Browser, origin: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 640})
    for name in SAMPLES:
        page.goto(f"{origin}/{Language.VI}/{name}.html")
        page.evaluate(SPACE_OUT, LARGE_LETTERS)
        assert page.evaluate(SCROLL_WIDTH) == 360, name
        assert page.evaluate(f"({NARROWEST})() >= 100"), f"{name}: a letter or two a line"
        assert page.evaluate(f"({LOWER_HEADINGS})() <= .9"), f"{name}: a heading as large as the title"
    page.close()


def test_no_polyglot_runs_even_without_the_policy_and_the_policy_alone_stops_one(browser: Browser) -> None:
    pages = Pages(SITE)
    one_each = {sample.template: name for name, sample in SAMPLES.items()}
    escaped = {
        f"/{name}-{number}": poisoned(name, Language.VI, polyglot, pages)
        for name in one_each.values()
        for number, polyglot in enumerate(POLYGLOTS)
    }
    raw = {"/raw": f"<!doctype html><title>{POLYGLOTS[0]}".encode()}
    with serving({**render_all(), **escaped, **raw}) as origin:
        assert _dialogs(browser, [origin + path for path in escaped], bypass_csp=True) == []
        assert _dialogs(browser, [origin + "/raw"], bypass_csp=False) == []
        assert _dialogs(browser, [origin + "/raw"], bypass_csp=True) != []


def test_the_problem_summary_has_the_focus_without_any_script(browser: Browser, origin: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/vi/otp-wrong.html")
    assert page.locator("#error:focus").count() == 1
    context.close()


@pytest.mark.parametrize("name", ["contacts-notice-opens", "sign-in-code-enter-again", "qr-pressed"])
def test_what_has_been_done_has_the_focus_so_that_it_is_heard(
    browser: Browser, origin: str, name: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/vi/{name}.html")
    assert page.locator("#notice[role=status]:focus").count() == 1
    context.close()


def test_who_presses_again_while_the_answer_is_on_its_way_is_told_to_wait(
    browser: Browser, origin: str
) -> None:
    page = browser.new_page()
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)  # the page stays, as while an answer is on its way

    page.route("**/sign-in/otp*", answer)
    page.goto(f"{origin}/vi/otp.html")
    button = page.locator("#submit").bounding_box()
    assert button is not None
    for _ in range(2):
        page.mouse.click(button["x"] + 9, button["y"] + 9)
        page.wait_for_timeout(2000)
    assert sent == ["POST"]
    expect(page.locator("#sending[role=status]")).to_have_text(
        "Đang gửi. Chờ trang trả lời, không cần bấm lại."
    )
    page.close()


def test_a_typed_password_can_be_shown_and_is_hidden_again_when_sent(browser: Browser, origin: str) -> None:
    page = browser.new_page()
    page.goto(f"{origin}/vi/password.html")
    page.fill("#password", "một câu dễ nhớ")
    kinds = [_kind(page)]
    for _ in range(2):
        page.click("#show-password")
        kinds.append(_kind(page))
    assert kinds == ["password", "text", "password"]
    page.click("#show-password")
    page.evaluate("document.querySelector('main form').dispatchEvent(new Event('submit'))")
    assert _kind(page) == "password"
    page.close()


def test_without_script_there_is_no_button_that_does_nothing(browser: Browser, origin: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/vi/password.html")
    assert page.locator("#show-password").is_hidden()
    page.goto(f"{origin}/vi/method-codes-shown.html")
    for button in ("print", "copy", "save"):
        assert page.locator(f"#{button}").is_hidden(), button
    context.close()


@pytest.mark.parametrize(
    "sample", ["method-codes-shown", "service-receipt", "mandate-receipt-taken", "data-copy", "history"]
)
def test_what_is_kept_on_paper_is_printed_by_one_press(browser: Browser, origin: str, sample: str) -> None:
    page = browser.new_page()
    page.goto(f"{origin}/vi/{sample}.html")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.click("#print")
    assert page.title() == "printed"
    page.close()


def test_the_history_on_paper_says_whose_and_when_and_has_no_form(browser: Browser, origin: str) -> None:
    page = browser.new_page()
    page.goto(f"{origin}/vi/history.html")
    on_paper = page.locator(".on-paper")
    assert on_paper.is_hidden()
    page.emulate_media(media="print")
    assert "Nguyễn Thị Hương" in on_paper.inner_text()
    assert page.locator("main :is(select, button, .btn):visible").count() == 0
    page.close()


@pytest.mark.parametrize(("language", "said"), [("vi", "Đã sao chép 10 mã."), ("en", "10 codes copied.")])
def test_recovery_codes_are_copied_one_a_line_and_a_reader_hears_it(
    browser: Browser, origin: str, language: str, said: str
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{origin}/{language}/method-codes-shown.html")
    shown = page.locator("#codes li").all_inner_texts()
    status = page.locator("#copied[role=status]")
    assert (len(shown), status.inner_text()) == (10, "")
    page.click("#copy")
    expect(status).to_contain_text(said)
    assert page.evaluate("navigator.clipboard.readText()") == "\n".join(shown)
    page.goto(f"{origin}/{language}/recovery-used.html")
    page.click("#copy")
    expect(page.locator("#copied")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#new-code").inner_text()
    context.close()


def test_where_the_browser_lets_nothing_be_copied_it_says_so(browser: Browser, origin: str) -> None:
    page = browser.new_page()
    page.goto(f"{origin}/vi/method-codes-shown.html")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.click("#copy")
    expect(page.locator("#copied")).to_contain_text("bằng tay")
    page.close()


def test_recovery_codes_are_saved_as_a_text_that_says_whose_and_where(browser: Browser, origin: str) -> None:
    page = browser.new_page()
    page.goto(f"{origin}/vi/method-codes-shown.html")
    with page.expect_download() as started:
        page.click("#save")
    assert started.value.suggested_filename == "ma-khoi-phuc-hai-phong-id.txt"
    about, _, *codes = started.value.path().read_text("utf-8").splitlines()
    assert "Nguyễn Thị Hương" in about
    assert codes == page.locator("#codes li").all_inner_texts()
    expect(page.locator("#copied")).to_contain_text("ma-khoi-phuc-hai-phong-id.txt")
    page.close()


@pytest.mark.parametrize(("scheme", "page_colour"), [("light", LIGHT["page"]), ("dark", DARK["page"])])
def test_the_device_chooses_the_theme_until_the_reader_does(
    scheme: str, page_colour: str, browser: Browser, origin: str
) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{origin}/vi/sign-in.html")
    assert _ground(page) == page_colour
    page.goto(f"{origin}/vi/sign-in-planned.html")  # the reader chose dark
    assert _ground(page) == DARK["page"]
    page.goto(f"{origin}/vi/sign-in-cancelled.html")  # the reader chose light
    assert _ground(page) == LIGHT["page"]
    context.close()


@pytest.mark.parametrize("name", ["sign-in", "consent", "otp-wrong", "signed-out", "home-signed-in"])
def test_everything_to_press_is_big_enough(name: str, browser: Browser, origin: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"{origin}/vi/{name}.html")
    targets = "button:visible, .btn:visible, .pick label, .pick a, .links a, input.input"
    heights = [box["height"] for target in page.locator(targets).all() if (box := target.bounding_box())]
    assert len(heights) > 5
    assert min(heights) >= 44
    context.close()


def _dialogs(browser: Browser, urls: list[str], *, bypass_csp: bool) -> list[str]:
    """Return the dialogs that script on these pages opened."""
    opened: list[str] = []

    def note(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    context = browser.new_context(bypass_csp=bypass_csp)
    page = context.new_page()
    page.on("dialog", note)
    for url in urls:
        page.goto(url)
    context.close()
    return opened


def _kind(page: Page) -> str | None:
    return page.locator("#password").get_attribute("type")


def _ground(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
    return f"#{red:02x}{green:02x}{blue:02x}"
