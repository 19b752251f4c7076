"""Every template in every state, in both languages: structure and landmarks (PAGES §3.0, §5)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from jinja2 import UndefinedError

from idp.ui.language import Language
from idp.ui.pages import Pages
from idp.ui.static import STATIC
from idp.ui.strings import STRINGS
from tests.ui.every_page import Key, Seen, on_every_page
from tests.ui.html import Page
from tests.ui.sample import FRAME, SITE
from tests.ui.samples import SAMPLES


@on_every_page
def test_a_page_is_well_formed_and_in_its_language(seen: Seen) -> None:
    page = seen.page
    assert page.faults == []
    assert page.one("html").attrs["lang"] == seen.language
    assert page.one("body").attrs["id"].startswith("page-")
    assert len(page.ids()) == len(set(page.ids()))


@on_every_page
def test_the_title_is_the_one_h1_and_no_heading_level_is_skipped(seen: Seen) -> None:
    page = seen.page
    h1 = page.one("h1")
    prefix = (
        ("Lỗi: " if seen.language is Language.VI else "Error: ")
        if "errors" in SAMPLES[seen.name].context(Language.VI)
        else ""
    )
    assert h1.attrs["id"] == "title"
    assert page.one("title").text == f"{prefix}{h1.text} – Hải Phòng ID"
    after = [element.tag for element in page.elements[page.elements.index(h1) :]]
    assert [tag for tag in after if tag in {"h3", "h4"}] == []


@on_every_page
def test_landmarks_stand_in_order_and_the_skip_link_comes_first(seen: Seen) -> None:
    page = seen.page
    body = page.elements.index(page.one("body"))
    assert page.elements[body + 1].attrs == {"class": "skip", "id": "skip", "href": "#main"}
    landmarks = [
        element.tag for element in page.elements if element.tag in {"aside", "header", "main", "footer"}
    ]
    assert landmarks == ["aside", "header", "main", "footer"]
    navs = [element.attrs["aria-label"] for element in page.all("nav")]
    assert len(navs) == len(set(navs))


@on_every_page
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(seen: Seen) -> None:
    page = seen.page
    assert page.all("style", "iframe", "img", "object") == []
    for element in page.elements:
        assert not any(attribute == "style" or attribute.startswith("on") for attribute in element.attrs)
    assert {script.attrs["src"] for script in page.all("script")} <= STATIC.keys()
    assert all("defer" in script.attrs for script in page.all("script"))
    assert {link.attrs["href"] for link in page.all("link")} <= STATIC.keys()


@on_every_page
def test_a_page_with_its_style_stays_under_60_kib(seen: Seen) -> None:
    style = next(len(body) for kind, body in STATIC.values() if kind.startswith("text/css"))
    assert len(seen.html.encode()) + style <= 60 * 1024


def test_a_check_that_fails_names_every_page_on_which_it_does(
    rendered: dict[Key, str], parsed: dict[Key, Page]
) -> None:
    @on_every_page
    def check(seen: Seen) -> None:
        assert seen.name != "otp" or seen.language is Language.EN
        assert seen.name != "consent"

    with pytest.raises(ExceptionGroup) as failed:
        check(rendered, parsed)
    assert sorted(note for one in failed.value.exceptions for note in one.__notes__) == [
        "on consent in en",
        "on consent in vi",
        "on otp in vi",
    ]


def test_a_name_the_template_needs_and_nobody_gave_is_an_error(pages: Pages) -> None:
    with pytest.raises(UndefinedError):
        pages.render("otp.html", FRAME)


def test_a_vietnamese_name_on_an_english_page_says_so(parsed: dict[Key, Page]) -> None:
    page = parsed["consent", Language.EN]
    (name,) = [element for element in page.all("span") if element.text == "Học kỹ năng số Hải Phòng"][:1]
    assert name.attrs["lang"] == "vi"


def test_only_a_test_environment_says_that_it_is_one() -> None:
    site = replace(SITE, test_environment=False, issuer="http://localhost:8443/x")
    page = Page(SAMPLES["sign-in"].render(Pages(site), Language.VI))
    assert "test-environment" not in page.ids()
    assert "http://localhost:8443." in page.one("aside").text


def test_a_text_that_is_no_text_does_not_break_the_page(pages: Pages) -> None:
    html = pages.render(
        "password.html",
        FRAME,
        i="x",
        is_only_way=False,
        public_minutes=10,
        username="a\udc80b",
        refused=False,
    ).decode()
    assert 'value="a?b"' in html


def test_the_chosen_theme_is_written_on_the_page(parsed: dict[Key, Page]) -> None:
    assert parsed["sign-in-planned", Language.VI].one("html").attrs["data-theme"] == "dark"
    assert "data-theme" not in parsed["sign-in", Language.VI].one("html").attrs


def test_the_chosen_size_of_letters_is_written_on_the_page(parsed: dict[Key, Page]) -> None:
    assert parsed["sign-in-planned", Language.VI].one("html").attrs["data-text-size"] == "larger"
    assert "data-text-size" not in parsed["sign-in", Language.VI].one("html").attrs


def test_the_server_error_page_is_well_formed_and_needs_nothing(pages: Pages) -> None:
    page = Page(pages.server_error("7K2M-9QXD").decode())
    assert page.faults == []
    assert page.all("script", "form") == []
    assert "7K2M-9QXD" in page.one("main").text
    assert SITE.origin in page.one("footer").text
    assert {link.attrs["href"] for link in page.all("link")} <= STATIC.keys()


def test_nothing_is_said_of_a_check_that_nobody_can_make(parsed: dict[Key, Page]) -> None:
    for language in Language:
        assert "expires" in parsed["step-up", language].ids()
        for nobody in ("step-up-no-way", "step-up-down"):
            assert "expires" not in parsed[nobody, language].ids()


def test_no_row_of_letters_stands_on_a_receipt_without_its_name(rendered: Mapping[Key, str]) -> None:
    for language in Language:
        html, name = rendered["service-receipt", language], STRINGS[language]["given_hash"]
        assert html.count("5f2c" * 16) == html.count(name) > 0


def test_what_was_refused_or_taken_back_is_nowhere_called_a_consent(parsed: dict[Key, Page]) -> None:
    for name, words in (
        ("service-consent", "Không đồng ý, không gửi"),
        ("service-withdrawn", "Đã rút sự đồng ý"),
    ):
        tags = [
            one
            for one in parsed[name, Language.VI].all("span")
            if one.attrs.get("class", "").startswith("tag")
        ]
        (said,) = [tag for tag in tags if words in tag.text]
        assert said.attrs["class"] == "tag"
        assert len([tag for tag in tags if tag.text.strip() == "Đồng ý"]) == 1


@pytest.mark.parametrize("language", Language)
def test_what_is_said_fits_who_reads_it(parsed: dict[Key, Page], language: Language) -> None:
    assert "no-account" in parsed["sign-in", language].ids()
    assert "no-account" in parsed["sign-in-degraded", language].ids()
    assert "no-account" not in parsed["sign-in-official", language].ids(), "they have no use for one"
    assert "act-missing" in parsed["act-for", language].ids()
    assert "act-missing" not in parsed["act-for-posts", language].ids(), "nobody is missing, a post may be"
    assert "manage" in parsed["consent", language].ids()
    assert "manage" not in parsed["consent-notice", language].ids(), "what the law sends is not withdrawn"


def test_no_line_begins_with_what_parts_two_things(rendered: Mapping[Key, str]) -> None:
    """A dot between two things stays with the one before it."""
    for key, html in rendered.items():
        assert " · " not in html, key


@on_every_page
def test_buttons_that_do_different_things_sound_different(seen: Seen) -> None:
    """Who hears the page hears them without what stands around them."""
    buttons = [one for one in seen.page.all("button") if "main" in one.path]
    names = [" ".join(one.text.split()) for one in buttons]
    assert sorted(names) == sorted(set(names))
