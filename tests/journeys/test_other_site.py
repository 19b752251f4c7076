"""Relying parties on another site than the provider; the national system hung, dead and back (PAGES 3.1.10)."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.held_cookies import take_cookies
from tests.journeys.national_system import NationalSystem
from tests.journeys.people import full_name, go_to_national, prove_nationally, sign_in
from tests.journeys.stack import OTHER_SITE, Stack, start_stack, wait_until
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

TOLD_SECONDS = 3.0
HEALED_SECONDS = 40.0
A_CHECK_HOLDS = 1.1
"""Seconds until the provider asks again whether the national system answers."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A demo of this file's own: what is done to its national system must not reach other tests."""
    stack = start_stack(tmp_path_factory.mktemp("other-site") / "demo", OTHER_SITE)
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def national(stack: Stack) -> Iterator[NationalSystem]:
    national = NationalSystem(stack)
    yield national
    national.end()


@pytest.mark.parametrize(("slug", "scripts"), [("level-02-adult", True), ("director-of-12", False)])
def test_the_journey_is_the_same_across_sites(
    stack: Stack, browser: Browser, slug: str, *, scripts: bool
) -> None:
    with Visitor(browser, scripts=scripts) as visitor:
        sign_in(visitor, stack.portal, slug)
        assert (visitor.site, visitor.text("signed-in-name")) == (stack.portal, full_name(slug))
        assert visitor.acts <= 6
        acts = visitor.acts
        visitor.open(f"{stack.data_store}/documents")
        assert (visitor.site, visitor.at, visitor.acts) == (stack.data_store, "documents", acts)
        held = take_cookies(visitor, stack)
        assert len(held.open_sessions()) == 3
        began = time.monotonic()
        visitor.press("sign-out-everywhere")
        wait_until(lambda: held.open_sessions() == set(), seconds=10)
        assert time.monotonic() - began <= 2


def test_the_portal_opened_by_its_other_name_signs_in_too(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        sign_in(visitor, stack.portal.replace(OTHER_SITE, "localhost"), "other-parent")
        assert (visitor.site, visitor.text("signed-in-name")) == (stack.portal, full_name("other-parent"))


def test_while_the_national_system_hangs_people_are_told_in_time_and_go_on_when_it_is_back(
    stack: Stack, browser: Browser, national: NationalSystem
) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        visitor.press("method-national")
        national.hang()
        try:
            time.sleep(A_CHECK_HOLDS)
            assert _told(visitor, lambda: visitor.press("submit")) <= TOLD_SECONDS
        finally:
            national.go_on()
        go_to_national(visitor)
        prove_nationally(visitor, "child-17")
        visitor.press("allow")
        assert visitor.text("signed-in-name") == full_name("child-17")


def test_while_the_national_system_is_dead_the_banner_stands_and_falls_by_itself(
    stack: Stack, browser: Browser, national: NationalSystem
) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        national.die()
        time.sleep(A_CHECK_HOLDS)
        for _ in range(3):
            assert _told(visitor, lambda: go_to_national(visitor)) <= TOLD_SECONDS
        assert visitor.text("banner-title") == "Hệ thống định danh quốc gia đang gián đoạn"
        assert visitor.sees("method-national-down")
        assert not visitor.sees("method-national")
        assert visitor.sees("method-password"), "the portal takes city credentials in fallback mode"
        visitor.press("cancel")
        assert (visitor.site, visitor.at) == (stack.portal, "not-signed-in")

        national.start_again()
        visitor.press("sign-in-again")
        assert wait_until(lambda: _offers_national(visitor), seconds=HEALED_SECONDS) < HEALED_SECONDS
        assert not visitor.sees("banner")
        go_to_national(visitor)
        prove_nationally(visitor, "same-name-a")
        visitor.press("allow")
        assert visitor.text("signed-in-name") == full_name("same-name-a")


def _told(visitor: Visitor, depart: Callable[[], None]) -> float:
    """Try to leave for the national system; return how long it took to be told that it does not answer."""
    began = time.monotonic()
    depart()
    seconds = time.monotonic() - began
    assert visitor.at == "sign-in"
    assert visitor.sees("error")
    assert "Chưa kết nối được với Định danh quốc gia (mô phỏng)" in visitor.text("error")
    return seconds


def _offers_national(visitor: Visitor) -> bool:
    visitor.page.reload()
    return visitor.sees("method-national")
