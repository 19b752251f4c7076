"""The page after signing out that tells services in frames, then goes on (Front-Channel Logout 1.0 §3)."""

import pytest

from idp.ui.language import Language
from idp.ui.pages import Frame, Pages
from idp.ui.static import static
from tests.ui.html import Page
from tests.ui.samples import BACK, DELIVERIES
from tests.ui.test_escaping import POLYGLOTS

FRAMES = ("https://a.example/out?iss=i&sid=s", "https://b.example/out")


def going_on_page(pages: Pages, language: Language = Language.VI, **changes: object) -> Page:
    context = {
        "deliveries": DELIVERIES,
        "count": 1,
        "back": BACK,
        "refresh_url": None,
        "frames": FRAMES,
        "goes_on": True,
        "is_official": False,
        "is_in": False,
        **changes,
    }
    return Page(pages.render("signed_out.html", Frame(language=language), **context).decode())


@pytest.mark.parametrize("language", Language)
def test_it_frames_each_service_out_of_sight_and_out_of_power(pages: Pages, language: Language) -> None:
    page = going_on_page(pages, language)
    assert page.faults == []
    frames = page.all("iframe")
    assert [frame.attrs["src"] for frame in frames] == list(FRAMES)
    for frame in frames:
        assert "hidden" in frame.attrs
        assert frame.attrs["sandbox"] == "allow-scripts allow-same-origin"
        assert frame.attrs["title"]
    assert len(page.ids()) == len(set(page.ids()))


def test_it_goes_on_by_script_by_meta_and_by_its_button(pages: Pages) -> None:
    page = going_on_page(pages)
    assert static("going_on.js") in [script.attrs.get("src") for script in page.all("script")]
    (refresh,) = [meta for meta in page.all("meta") if meta.attrs.get("http-equiv") == "refresh"]
    assert refresh.path[-1] == "noscript"
    assert refresh.attrs["content"] == f"2; url={BACK[1]}"
    (button,) = [link for link in page.all("a") if link.attrs.get("id") == "back"]
    assert button.attrs["href"] == BACK[1]


def test_it_stays_where_nothing_says_that_it_may_go(pages: Pages) -> None:
    page = going_on_page(pages, goes_on=False)
    assert static("going_on.js") not in [script.attrs.get("src") for script in page.all("script")]
    assert not [meta for meta in page.all("meta") if "http-equiv" in meta.attrs]
    assert page.all("iframe")


@pytest.mark.parametrize("polyglot", POLYGLOTS)
def test_no_address_changes_its_shape(pages: Pages, polyglot: str) -> None:  # SECURITY A11
    hostile = going_on_page(
        pages, frames=(f"https://a.example/{polyglot}", polyglot), back=(polyglot, f"https://x/{polyglot}")
    )
    assert hostile.faults == []
    assert hostile.shape() == going_on_page(pages).shape()
