"""Journey 12: the national system is down; city credentials open what allows it, others are told – DOMAIN 4.1."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.driver import RelyingParty
from tests.journeys.local_service import local_service, name_and_level
from tests.journeys.people import city_account, code_of, full_name, go_to_national, prove_nationally
from tests.journeys.stack import Stack, start_forked_stack, wait_until
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

WHO = "desk-official"
ACCEPTS = ("--local-login", "degraded", "--set", "hpid_accept_degraded=true", "--acr", "LoA2")
NEVER = ("--local-login", "never", "--acr", "LoA2")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, seed: Path) -> Iterator[Stack]:
    """A demo of its own: what an operator says here would shut everybody's door at the demo that all files share."""
    stack = start_forked_stack(tmp_path_factory.mktemp("national-down") / "demo", seed)
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
    with maintenance(stack), Visitor(browser, scripts=False) as visitor:

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
    with Visitor(browser) as visitor:

        def is_over() -> bool:
            visitor.open(stack.provider + never.authorize_url())
            return not visitor.sees("banner")

        wait_until(is_over, seconds=60)
        assert visitor.sees("method-national")
