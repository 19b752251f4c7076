"""Relying parties on another site than the provider (DOMAIN §4.1)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.held_cookies import take_cookies
from tests.journeys.people import full_name, sign_in
from tests.journeys.stack import OTHER_SITE, Stack, start_forked_stack, wait_until
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, seed: Path) -> Iterator[Stack]:
    """A demo of this file's own."""
    stack = start_forked_stack(tmp_path_factory.mktemp("other-site") / "demo", seed, OTHER_SITE)
    yield stack
    stack.stop()


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
