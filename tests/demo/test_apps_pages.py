"""The pages of both services: headers, forms from elsewhere, structure, colours, languages (PAGES §5, SECURITY H06)."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import demo.apps
from demo.apps.common.settings import AppSettings
from demo.apps.common.sign_in import safe_path
from demo.apps.common.words import Words
from demo.apps.portal.procedures import PROCEDURES
from tests.colours import contrast
from tests.demo.apps_browser import Browser, Page
from tests.demo.apps_city import City, city

APPS = Path(demo.apps.__file__).parent
network = pytest.mark.network


async def every_page(c: City, browser: Browser) -> list[Page]:
    """Visit all pages, signed out and signed in."""
    pages = [
        await browser.open(f"{base}{path}") for base in (c.portal, c.data_store) for path in ("/", "/nowhere")
    ]
    pages += [await browser.open(f"{c.portal}/procedures/{slug}") for slug in PROCEDURES]
    pages += [await browser.open(f"{c.portal}/procedures/{slug}/form") for slug in PROCEDURES]
    pages.append(await browser.press("submit"))
    await browser.open(f"{c.portal}/procedures/house-number/form")
    pages.append(await browser.press("submit", where="Ngõ 12 Lạch Tray"))
    pages.append(await browser.press("submit"))
    pages += [await browser.open(f"{c.portal}{path}") for path in ("/", "/my-files")]
    pages.append(await browser.open(f"{c.data_store}/documents"))
    pages.append(
        await browser.press(next(i for i in pages[-1].elements if re.match("document-(?!count)", i)))
    )
    pages += [await browser.open(f"{c.portal}/signed-out"), await browser.open(f"{c.portal}/callback")]
    return pages


@network
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_page_is_whole_and_needs_nothing_from_elsewhere(tmp_path: Path, language: str) -> None:
    async with city(tmp_path) as c:
        async with Browser(**{"Accept-Language": language}) as browser:
            pages = await every_page(c, browser)
        for page in pages:  # reading a page has asserted that its ids are unique
            html = page.answer.text
            assert page.title.removeprefix("Lỗi: ").removeprefix("Error: ").startswith(page.text("title")), (
                page.url
            )
            assert f'<html lang="{language}">' in html
            assert len(re.findall("<h1[ >]", html)) == 1
            assert not re.search(r"<script|<style| style=| on[a-z]+=|javascript:", html), page.url
            sources = re.findall(r'(?:src|rel="(?:stylesheet|icon)" href)="([^"]+)"', html)
            assert all(source.startswith("/") for source in sources)
            assert "test-environment" in page
            assert len(html) < 30_000
        assert {page.name for page in pages} >= {"home", "form", "review", "receipt", "documents", "document"}


@network
async def test_every_answer_carries_the_guarding_headers(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        for path, status in (("/", 200), ("/nowhere", 404), ("/callback", 400), ("/health", 200)):
            page = await browser.client.get(f"{c.portal}{path}")
            assert page.status_code == status
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert f"form-action 'self' {c.provider.issuer};" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert page.headers["x-content-type-options"] == "nosniff"
            assert page.headers["referrer-policy"] == "same-origin"
            assert page.headers["cache-control"] == "no-store"
            assert "access-control-allow-origin" not in page.headers


@network
@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
async def test_a_form_sent_from_elsewhere_changes_nothing(tmp_path: Path, origin: str | None) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/sign-in")
        headers = {} if origin is None else {"Origin": origin}
        for path in ("/sign-out", "/sign-out/everywhere", "/procedures/house-number/form"):
            answer = await browser.client.post(f"{c.portal}{path}", data={"where": "x"}, headers=headers)
            assert (answer.status_code, Page(answer).name) == (403, "not-from-here")
        assert "signed-in-name" in await browser.open(c.portal)
        assert "continue-house-number" not in await browser.open(f"{c.portal}/my-files")


@network
async def test_forms_of_another_kind_are_refused(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/sign-in")
        address, own = f"{c.portal}/procedures/house-number/form", {"Origin": c.portal}
        urlencoded = own | {"Content-Type": "application/x-www-form-urlencoded"}
        for content, headers, status in (
            (b"{}", own | {"Content-Type": "application/json"}, 415),
            (b"where=" + b"x" * 70_000, urlencoded, 413),
            (b"where=a&where=b", urlencoded, 400),
            (b"where=%ff", urlencoded, 400),
            (b"&".join(b"a%d=1" % number for number in range(60)), urlencoded, 400),
        ):
            answer = await browser.client.post(address, content=content, headers=headers)
            assert answer.status_code == status
        assert (await browser.client.get(f"{c.portal}/sign-out")).status_code == 405


@network
async def test_styles_are_kept_by_browsers_and_only_ours_are_served(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        home = await browser.open(c.portal)
        found = re.findall(r'href="(/static/[^"]+)"', home.answer.text)
        assert len(found) == 2
        for href in found:
            style = await browser.client.get(f"{c.portal}{href}")
            assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
            assert "immutable" in style.headers["cache-control"]
            assert not re.search(r"url\(|@import", style.text)
        for name in ("data-store.css", "..%2fsettings.py", "mark.svg"):
            assert (await browser.client.get(f"{c.portal}/static/{name}")).status_code == 404
        mark = await browser.client.get(f"{c.portal}/favicon.svg")
        assert mark.headers["content-type"] == "image/svg+xml"


@network
async def test_a_page_that_fails_says_so_without_telling_why(tmp_path: Path) -> None:
    async with city(tmp_path) as c, Browser() as browser:
        await browser.open(f"{c.portal}/sign-in")
        with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as other:
            other.execute("DROP TABLE filings")
        page = await browser.open(f"{c.portal}/my-files")
        assert (page.name, page.status) == ("failed", 500)
        assert "content-security-policy" in page.answer.headers
        assert not re.search(r"sqlite|filings|Traceback", page.answer.text)


TEXT = [
    *((ink, ground) for ink in ("ink", "muted", "link") for ground in ("page", "surface", "sunken", "tint")),
    ("tint-ink", "tint"),
    ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("warn", "warn-tint"),
    ("ok", "ok-tint"),
    ("ok", "surface"),
    ("ink", "warn-tint"),
    ("ink", "ok-tint"),
]
OF_PORTAL = [("danger", "danger-tint"), ("danger", "page"), ("danger", "surface")]
OF_STORE = [("on-bar", "bar"), ("bar-muted", "bar")]
EDGES = [*(("control", ground) for ground in ("page", "surface", "tint")), ("focus-in", "focus-out")]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("style", "own"),
    [("portal/static/portal.css", OF_PORTAL), ("data_store/static/data-store.css", OF_STORE)],
    ids=["portal", "data-store"],
)
def test_every_pair_of_colours_can_be_read(style: str, own: list[tuple[str, str]], scheme: int) -> None:
    """WCAG 2.2 §1.4.3: 4.5 for text; §1.4.11: 3 for the edges of controls."""
    blocks = re.findall(r":root\{(.*?)\}", (APPS / style).read_text(encoding="utf-8"), re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})", blocks[scheme]))
    for ink, ground in [*TEXT, *own]:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for edge, ground in EDGES:
        assert contrast(colours[edge], colours[ground]) >= 3, (edge, ground)


def test_words_are_old_style_and_calm() -> None:
    texts = [path.read_text(encoding="utf-8") for path in [*APPS.rglob("*.html"), *APPS.rglob("*.py")]]
    for text in texts:
        assert not re.search(r"\b(hoà|khoá|huỷ|thuỷ|toà|uỷ)\b", text, re.IGNORECASE)
        assert not re.search(r"vui lòng|không hợp lệ|chúng tôi|quý khách", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("path", "safe"),
    [("/my-files", "/my-files"), ("/receipts/HP-1/deliver", "/receipts/HP-1/deliver"), (None, "/")],
)
def test_own_paths_are_come_back_to(path: str | None, safe: str) -> None:
    assert safe_path(path) == safe


@pytest.mark.parametrize("path", ["//x", "/\\x", "x", "/a?b", "/%2f", "/ạ", "/" + "a" * 300, "https://x"])
def test_other_paths_lead_home(path: str) -> None:
    assert safe_path(path) == "/"


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": ""},
        {"issuer": "http://id.haiphong.example"},
        {"issuer": "https://id.haiphong.example/"},
        {"base_url": "ftp://localhost"},
        {"base_url": "http://192.0.2.1:8010"},
    ],
    ids=str,
)
def test_settings_that_would_not_be_safe_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        AppSettings.model_validate({"client_secret": "s"} | wrong)


def test_a_text_is_said_in_the_language_asked_for() -> None:
    assert Words("Có", "Yes").say("en") == "Yes"
