"""Where links lead, whoever gave them: to pages of ours that exist, and out only by https."""

import pytest

from idp.ui.info import INFO_PAGES
from idp.ui.language import Language
from idp.ui.links import own_path, return_url, web_url
from idp.ui.pages import Pages, RelyingParty
from tests.ui.every_page import Key, Seen, on_every_page
from tests.ui.html import Page
from tests.ui.paths import ACCOUNT, METHODS, OWN_PATHS, PASSED_IN, STEPS
from tests.ui.sample import FRAME, PORTAL
from tests.ui.samples import SAMPLES


@on_every_page
def test_every_reference_inside_a_page_leads_somewhere(seen: Seen) -> None:
    page = seen.page
    ids = set(page.ids())
    for element in page.elements:
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "data-reveals"):
            assert set(element.attrs.get(attribute, "").split()) <= ids
        if element.attrs.get("href", "").startswith("#"):
            assert element.attrs["href"][1:] in ids


@on_every_page
def test_every_link_leads_to_a_page_that_exists(seen: Seen) -> None:
    anchors = {
        f"{info.path}#{anchor}"
        for info in INFO_PAGES.values()
        for anchor in seen.pages[f"info-{info.key}", seen.language].ids()
    }
    for link in seen.page.all("a"):
        href = link.attrs["href"]
        if href.startswith("https://"):
            assert link.attrs.get("rel") == "noopener noreferrer" or link.attrs["id"] == "back"
        elif "#" in href and not href.startswith("#"):
            assert href in anchors
        elif not href.startswith("#"):
            assert href.partition("?")[0] in OWN_PATHS | PASSED_IN | STEPS | ACCOUNT | METHODS
        assert link.text.strip()


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "//evil",
        "http://[",
        "vbscript:x",
        "",
    ],
)
def test_a_policy_link_that_is_not_of_the_web_is_not_shown(uri: str, pages: Pages) -> None:
    rp = RelyingParty(name="A", name_en="A", agency="B", host="a.example", policy_uri=uri, tos_uri=uri)
    html = pages.render(
        "sign_in.html", FRAME, **{**SAMPLES["sign-in"].context(Language.VI), "rp": rp}
    ).decode()
    assert not {"rp-policy", "rp-tos"} & set(Page(html).ids())
    assert web_url(uri) is None
    assert return_url(uri) is None


@pytest.mark.parametrize(
    "url",
    [
        "//evil",
        "/\\evil",
        "///evil",
        "https:evil",
        "https://evil",
        "javascript:alert(1)",
        "evil",
        "/\t/evil",
        "/ x",
        "",
    ],
)
def test_only_a_path_on_this_host_is_a_path_of_ours(url: str) -> None:  # attack row A10
    assert own_path(url) is None


def test_a_path_with_a_query_is_a_path_of_ours() -> None:
    assert own_path("/signed-out?r=7K2M") == "/signed-out?r=7K2M"


def test_the_way_back_may_lead_into_a_native_application() -> None:
    assert return_url("vn.haiphong.app:/signed-out") == "vn.haiphong.app:/signed-out"


@on_every_page
def test_an_error_page_is_no_dead_end(seen: Seen) -> None:
    """Whatever went wrong, the page itself names a way on, beside the frame's."""
    if seen.name.startswith("error-"):
        assert [link for link in seen.page.all("a") if "main" in link.path], seen.name


def test_a_host_may_break_before_its_dots_and_is_read_whole(parsed: dict[Key, Page]) -> None:
    page = parsed["sign-in", Language.VI]
    (host,) = [element for element in page.elements if element.attrs.get("id") == "rp-host"]
    assert host.text == PORTAL.host
    breaks = [one for one in page.all("wbr") if "span" in one.path]
    assert len(breaks) == PORTAL.host.count(".")
