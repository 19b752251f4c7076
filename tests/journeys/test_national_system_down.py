"""Journeys 12 and 4 of DOMAIN 4.1: the national system is down, and one more check before a submit.

While it is down city credentials and a passkey added before open what allows it, and others are told.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.driver import RelyingParty
from tests.journeys.local_service import local_service, name_and_level
from tests.journeys.passkey_device import Device
from tests.journeys.passkey_walk import add_passkey, open_passkeys, show_passkey
from tests.journeys.people import (
    city_account,
    code_of,
    full_name,
    go_to_national,
    prove_nationally,
    sign_in,
)
from tests.journeys.stack import Stack, start_forked_stack, wait_until
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

WHO = "desk-official"
ACCEPTS = ("--local-login", "degraded", "--set", "hpid_accept_degraded=true", "--acr", "LoA2")
HIGH = "urn:haiphong:acr:high"
SUBMITS, WHERE = "year-only-birth-date", "Ngõ 12 Lạch Tray, phường Ngô Quyền"
NEVER = ("--local-login", "never", "--acr", "LoA2")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, seed: Path) -> Iterator[Stack]:
    """A demo of its own: what an operator says here would shut everybody's door at the demo that all files share.

    Its data store takes documents at level high alone.
    """
    folder = tmp_path_factory.mktemp("national-down") / "demo"
    stack = start_forked_stack(folder, seed, DATASTORE_SHARE_ACR=HIGH)
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def services(stack: Stack) -> Iterator[tuple[RelyingParty, RelyingParty]]:
    with (
        local_service(stack, "che-do-du-phong", terms=ACCEPTS) as accepts,
        local_service(stack, "chi-quoc-gia", terms=NEVER) as never,
    ):
        yield accepts, never


@contextmanager
def maintenance(stack: Stack) -> Iterator[None]:
    """An operator says that it is down; taken back at the end, and both are known to the node."""
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    stack.hpid("upstreams", "maintenance", "on", "--until", until)
    try:
        yield
    finally:
        stack.hpid("upstreams", "maintenance", "off")


def give_code(visitor: Visitor) -> None:
    """Give the authenticator's code; the next one if this one was used by another test."""
    visitor.type(otp=code_of(city_account(WHO)))
    visitor.press("submit")
    if visitor.at == "otp":
        time.sleep(30 - time.time() % 30 + 0.5)
        visitor.type(otp=code_of(city_account(WHO)))
        visitor.press("submit")


@contextmanager
def _passkey_of(visitor: Visitor, stack: Stack) -> Iterator[None]:
    """Somebody has added a passkey at a sign-in by the national system, and left."""
    Device(visitor)
    open_passkeys(visitor, stack, WHO)
    add_passkey(visitor, "Điện thoại")
    visitor.context.clear_cookies()
    yield


def test_city_credentials_open_what_allows_it_and_others_explain(
    stack: Stack, browser: Browser, services: tuple[RelyingParty, RelyingParty]
) -> None:
    accepts, never = services
    with Visitor(browser) as visitor:
        visitor.open(stack.provider + accepts.authorize_url())
        go_to_national(visitor)
        prove_nationally(visitor, WHO)
        visitor.press("allow")
        assert visitor.at == "callback"
    with (
        Visitor(browser) as with_passkey,
        _passkey_of(with_passkey, stack),
        maintenance(stack),
        Visitor(browser, scripts=False) as visitor,
    ):

        def is_told() -> bool:
            visitor.open(stack.provider + accepts.authorize_url())
            return visitor.sees("banner")

        wait_until(is_told, seconds=60)
        assert visitor.sees("method-national-down")
        account = city_account(WHO)
        visitor.press("method-password")
        visitor.type(username=account.username, password=account.password)
        visitor.press("submit")
        give_code(visitor)
        assert visitor.at == "callback"
        name, level = name_and_level(stack, accepts, visitor.query["code"])
        assert (name, level) == (full_name(WHO), "urn:haiphong:acr:substantial")
        visitor.open(stack.provider + never.authorize_url())
        assert visitor.at == "sign-in"
        assert visitor.sees("national-only")
        assert not visitor.sees("method-password")
        visitor.press("cancel")
        assert visitor.query["error"] == "access_denied"
        with_passkey.open(stack.provider + accepts.authorize_url())
        assert with_passkey.sees("method-national-down")
        show_passkey(with_passkey)
        assert with_passkey.at == "callback"
        name, level = name_and_level(stack, accepts, with_passkey.query["code"])
        assert (name, level) == (full_name(WHO), "urn:haiphong:acr:substantial")
        with_passkey.open(stack.provider + never.authorize_url())
        assert with_passkey.sees("national-only")
        assert not with_passkey.sees("method-passkey")
    with Visitor(browser) as visitor:

        def is_over() -> bool:
            visitor.open(stack.provider + never.authorize_url())
            return not visitor.sees("banner")

        wait_until(is_over, seconds=60)
        assert visitor.sees("method-national")


def test_a_submit_asks_for_one_more_check_and_goes_on_where_it_was(stack: Stack, browser: Browser) -> None:
    """Journey 4, and turning back first."""
    with Visitor(browser, width=360, scripts=False) as visitor:
        sign_in(visitor, stack.portal, SUBMITS)
        assert visitor.text("signed-in-level") == "Xác thực mức đáng kể"
        visitor.press("procedure-house-number")
        visitor.press("start")
        visitor.type(where=WHERE)
        visitor.press("submit")
        visitor.press("submit")
        assert (visitor.site, visitor.at) == (stack.provider, "step-up")
        assert not any(visitor.sees(other) for other in ("method-password", "method-passkey", "username"))
        visitor.press("cancel")
        assert (visitor.site, visitor.at) == (stack.portal, "not-signed-in")
        visitor.open(f"{stack.portal}/my-files")
        filing = visitor.page.locator("[id^=filing-]").get_attribute("id")
        assert filing is not None
        visitor.press(filing)
        assert filing == f"filing-{visitor.text('receipt-number')}", "turning back loses nothing"
        visitor.acts = 0
        visitor.press("deliver-now")
        assert visitor.at == "step-up"
        visitor.press("method-national")
        assert (visitor.site, visitor.acts) == (stack.national, 2), "one page of ours: why, and the one way"
        prove_nationally(visitor, SUBMITS)
        visitor.press("face-match")
        assert (visitor.site, visitor.at, visitor.sees("delivered")) == (stack.portal, "receipt", True)
        assert filing == f"filing-{visitor.text('receipt-number')}", "the same filing"
        assert visitor.text("signed-in-level") == "Xác thực mức cao"
