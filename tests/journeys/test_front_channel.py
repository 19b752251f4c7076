"""Front-Channel Logout 1.0 in a browser: every service is loaded, whatever it does, and then the page goes on."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.journeys.front_channel import BACK, FRONT, Service, Stage, serving_services
from tests.journeys.front_channel import stage as running
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A provider of this file's own."""
    with running(tmp_path_factory.mktemp("front-channel") / "state") as stage:
        yield stage


def sign_out_url(stage: Stage, service: Service, hint: str, **more: str) -> str:
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": service.origin + BACK, **more}
    return f"{stage.installation.issuer}/end_session?{urlencode(asked)}"


def test_each_service_hears_once_of_its_own_session_and_then_the_page_goes_on(
    stage: Stage, browser: Browser
) -> None:
    first, second = Service("fc-a"), Service("fc-b", host="127.0.0.1", slow=0.4)
    with serving_services(first, second), Visitor(browser) as visitor:
        tokens = stage.sign_in(visitor.context, [first, second])
        visitor.page.goto(sign_out_url(stage, first, tokens["fc-a"], state="x y"))
        visitor.page.wait_for_url(f"{first.origin}{BACK}?**")
        assert dict(parse_qsl(urlsplit(visitor.page.url).query)) == {"state": "x y"}
        for service in (first, second):
            (told,) = service.told
            assert told.keys() == {"iss", "sid"}
            assert told["iss"] == stage.installation.issuer
        assert first.told[0]["sid"] != second.told[0]["sid"]
        assert second.when(FRONT) + 0.4 <= first.when(BACK), "it waited for the slower one"
        visitor.page.goto(f"{stage.installation.issuer}/")
        assert not visitor.sees("signed-in")


def test_a_service_that_never_loads_holds_the_page_up_for_five_seconds_at_most(
    stage: Stage, browser: Browser
) -> None:
    quick, stuck = Service("fc-quick"), Service("fc-stuck", slow=15)
    with serving_services(quick, stuck), Visitor(browser) as visitor:
        tokens = stage.sign_in(visitor.context, [quick, stuck])
        began = time.monotonic()
        visitor.page.goto(sign_out_url(stage, quick, tokens[quick.client_id]), wait_until="domcontentloaded")
        assert visitor.text("title") == "Đã đăng xuất"
        visitor.page.wait_for_url(f"{quick.origin}{BACK}", wait_until="domcontentloaded")
        assert 4 < time.monotonic() - began < 10
        assert len(quick.told) == len(stuck.told) == 1


def test_without_scripts_it_goes_on_when_all_have_loaded_and_its_button_never_waits(
    stage: Stage, browser: Browser
) -> None:
    first, second = Service("fc-plain-a"), Service("fc-plain-b", slow=0.4)
    with serving_services(first, second), Visitor(browser, scripts=False) as visitor:
        tokens = stage.sign_in(visitor.context, [first, second])
        visitor.page.goto(sign_out_url(stage, first, tokens["fc-plain-a"]))
        visitor.page.wait_for_url(f"{first.origin}{BACK}")
        assert len(first.told) == len(second.told) == 1
        assert second.when(FRONT) + 0.4 <= first.when(BACK)
    with serving_services(first, second), Visitor(browser, scripts=False) as visitor:
        second.slow = 15
        tokens = stage.sign_in(visitor.context, [first, second])
        visitor.page.goto(sign_out_url(stage, first, tokens["fc-plain-a"]), wait_until="domcontentloaded")
        visitor.page.click("#back", no_wait_after=True)
        visitor.page.wait_for_url(f"{first.origin}{BACK}", wait_until="domcontentloaded")


def test_a_service_that_forbids_frames_or_wants_to_lead_away_changes_nothing(
    stage: Stage, browser: Browser
) -> None:
    home = Service("fc-home")
    forbidding = Service("fc-forbidding", headers={"X-Frame-Options": "DENY"})
    leading = Service(
        "fc-leading", body="<script>top.location = 'http://localhost:1/'; alert(1); open('/popup')</script>"
    )
    with serving_services(home, forbidding, leading), Visitor(browser) as visitor:
        tokens = stage.sign_in(visitor.context, [home, forbidding, leading])
        visitor.page.goto(sign_out_url(stage, home, tokens["fc-home"]))
        visitor.page.wait_for_url(f"{home.origin}{BACK}")
        assert len(forbidding.told) == len(leading.told) == 1
        assert not [one for _, one in leading.asked if "popup" in one]
        visitor.complaints.clear()  # the browser says that it kept the frames in their place


def test_a_request_posted_from_another_site_signs_this_very_browser_out(
    stage: Stage, browser: Browser
) -> None:
    """The session's cookie is Lax: it stays behind at the POST and comes with the GET that follows."""
    service = Service("fc-post", host="127.0.0.1")
    with serving_services(service), Visitor(browser) as visitor:
        tokens = stage.sign_in(visitor.context, [service])
        visitor.page.goto(f"{service.origin}/form")
        form = (
            f'<form method="post" action="{stage.installation.issuer}/end_session">'
            f'<input name="id_token_hint" value="{tokens["fc-post"]}">'
            f'<input name="post_logout_redirect_uri" value="{service.origin}{BACK}"><button>out</button></form>'
        )
        visitor.page.set_content(form)
        visitor.page.click("button")
        visitor.page.wait_for_url(f"{service.origin}{BACK}")
        assert len(service.told) == 1
        names = {cookie.get("name") for cookie in visitor.context.cookies(stage.installation.issuer)}
        assert "hpid-session" not in names
