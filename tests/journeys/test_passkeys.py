"""Passkeys in the browser: made, used by button and in the field for the name, named, removed (PAGES 3.1.5, 3.1.14).

The browser's own virtual authenticator answers: at once where a page asks, as the field for the name does when it opens.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.driver import RelyingParty
from tests.journeys.axe import violations
from tests.journeys.local_service import local_service, name_and_level
from tests.journeys.passkey_device import Device
from tests.journeys.passkey_walk import (
    PASSKEYS,
    add_passkey,
    is_told_of_recovery,
    open_passkeys,
    show_passkey,
)
from tests.journeys.people import full_name, go_to_national, prove_nationally
from tests.journeys.stack import Stack
from tests.journeys.visitor import Language, Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

_TICK = """
new MutationObserver(() => {
  const tick = document.getElementById("public");
  if (tick) tick.checked = true;
}).observe(document, { childList: true, subtree: true });
"""
"""Ticks the box as soon as it is there: the virtual authenticator answers before any hand could."""


@pytest.fixture(scope="module")
def service(stack: Stack) -> Iterator[RelyingParty]:
    with local_service(stack, "dich-vu-khoa") as service:
        yield service


def check(visitor: Visitor) -> None:
    """Every page that is come to is accessible and fits."""
    if visitor.site.endswith(("callback", "/")) or not visitor.at:
        return
    if visitor.at in {
        "sign-in",
        "password",
        "passkey",
        "passkeys",
        "passkey-add",
        "passkey-rename",
        "passkey-remove",
    }:
        assert violations(visitor) == [], visitor.at
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), visitor.at


def leave(visitor: Visitor) -> None:
    """Forget who is signed in, as a browser that was closed does."""
    visitor.context.clear_cookies()


@pytest.mark.parametrize(
    ("slug", "language", "width", "dark"),
    [("level-02-adult", "vi-VN", 360, False), ("custody-mother", "en-GB", 1280, True)],
)
def test_a_passkey_is_made_used_named_and_removed(
    stack: Stack,
    browser: Browser,
    service: RelyingParty,
    slug: str,
    language: Language,
    width: int,
    *,
    dark: bool,
) -> None:
    with Visitor(browser, language=language, width=width, dark=dark, arrive=check) as visitor:
        device = Device(visitor)
        open_passkeys(visitor, stack, slug)
        add_passkey(visitor, "Điện thoại Samsung")
        (held,) = device.credentials
        assert (held["rpId"], held["isResidentCredential"]) == ("localhost", True)

        leave(visitor)  # by the button
        visitor.open(stack.provider + service.authorize_url())
        show_passkey(visitor)
        assert visitor.at == "consent"
        visitor.press("allow")
        name, level = name_and_level(stack, service, visitor.query["code"])
        assert (name, level) == (full_name(slug), "urn:haiphong:acr:low")

        leave(visitor)  # in the field for the name
        visitor.open(stack.provider + service.authorize_url())
        with visitor.page.expect_navigation(url="**/callback?*"):
            visitor.element("method-password").click()
        assert visitor.at == "callback"

        leave(visitor)  # it opens the account's own pages, and steps up there
        visitor.open(stack.provider + PASSKEYS)
        visitor.press("submit")
        show_passkey(visitor)
        assert visitor.at == "passkeys"
        rename = visitor.page.locator("a[id^=rename-]")
        passkey_id = (rename.get_attribute("id") or "").removeprefix("rename-")
        visitor.press(f"rename-{passkey_id}")
        visitor.type(passkey_name="")
        visitor.press("submit")
        assert visitor.sees("error-passkey-name")
        visitor.type(passkey_name="Điện thoại cũ")
        visitor.press("submit")
        assert "Điện thoại cũ" in visitor.text(f"passkey-{passkey_id}")
        visitor.press(f"remove-{passkey_id}")
        visitor.press("submit")
        assert visitor.sees("passkeys-none")

        leave(visitor)
        visitor.open(stack.provider + service.authorize_url())
        show_passkey(visitor)
        assert (visitor.at, visitor.sees("error")) == ("passkey", True)
        visitor.press("other-way")
        assert visitor.at == "sign-in"


def test_a_finger_that_is_not_known_opens_low_and_not_the_account(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    with Visitor(browser) as visitor:
        device = Device(visitor)
        open_passkeys(visitor, stack, "accountant")
        add_passkey(visitor, "Khóa")
        device.verify(verified=False)
        leave(visitor)
        visitor.open(stack.provider + PASSKEYS)
        visitor.press("submit")
        show_passkey(visitor)
        assert (visitor.at, visitor.sees("error")) == ("passkey", True)


def test_a_lost_passkey_is_recovered_from_and_its_person_told(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    with Visitor(browser) as visitor:
        device = Device(visitor)
        open_passkeys(visitor, stack, "household-business-owner")
        add_passkey(visitor, "Điện thoại sẽ mất")

        leave(visitor)  # in the field for the name; it opens its own pages too
        visitor.open(stack.provider + service.authorize_url())
        with visitor.page.expect_navigation(url="**/consent?*"):
            visitor.element("method-password").click()
        visitor.open(stack.provider + PASSKEYS)
        assert visitor.at == "passkeys"
        _steps_up_to_high(visitor, stack, service, "household-business-owner")

        device.lose()
        leave(visitor)
        visitor.open(f"{stack.provider}/recover")
        visitor.press("submit")
        go_to_national(visitor)
        prove_nationally(visitor, "household-business-owner")
        assert visitor.at == "recover-renew"
        visitor.element("lost-passkeys").check()
        visitor.press("submit")
        assert visitor.at == "recover-done"
        visitor.open(stack.provider + PASSKEYS)
        assert visitor.sees("passkeys-none")
        visitor.open(f"{stack.provider}/account")
        assert visitor.sees("alert-held")
        visitor.press("see-recovery")
        assert visitor.at == "history"
        shown = visitor.page.locator("main").inner_text()
        assert "khôi phục" in shown.casefold()
        assert visitor.page.locator("[id^=not-me-]").count() > 0, "where it is disputed"
        is_told_of_recovery(visitor, stack)


def _steps_up_to_high(visitor: Visitor, stack: Stack, service: RelyingParty, slug: str) -> None:
    """The service asks for more than a passkey can give: it is not offered, and the person is the same afterwards."""
    visitor.open(stack.provider + service.authorize_url(acr_values="LoA3"))
    assert (visitor.site, visitor.at) == (stack.provider, "step-up")
    assert visitor.sees("expires")
    assert not visitor.sees("method-passkey")
    go_to_national(visitor)
    prove_nationally(visitor, slug)
    visitor.press("face-match")
    assert visitor.at == "consent", "the same request goes on"
    visitor.press("allow")
    assert (visitor.at, visitor.query["state"]) == ("callback", service.state)
    told = name_and_level(stack, service, visitor.query["code"])
    assert told == (full_name(slug), "urn:haiphong:acr:high")


def test_where_a_passkey_counts_for_less_than_is_asked_only_what_is_missing_is_asked_for(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    """Step-up after a passkey (PAGES §3.1.8; adr/0045): the same person, the same request, back at the same place."""
    slug = "accountant"
    with Visitor(browser, width=360) as visitor:
        Device(visitor)
        open_passkeys(visitor, stack, slug)
        add_passkey(visitor, "Khóa")
        leave(visitor)
        visitor.open(stack.provider + service.authorize_url())
        show_passkey(visitor)
        assert visitor.at == "consent"
        visitor.press("allow")
        told = name_and_level(stack, service, visitor.query["code"])
        assert told == (full_name(slug), "urn:haiphong:acr:low")

        visitor.open(stack.provider + service.authorize_url(acr_values="LoA2"))
        assert (visitor.site, visitor.at) == (stack.provider, "step-up")
        assert violations(visitor) == []
        assert not visitor.sees("method-passkey"), "it was shown already, and is not enough here"
        go_to_national(visitor)
        prove_nationally(visitor, slug)
        assert (visitor.at, visitor.query["state"]) == ("callback", service.state)
        told = name_and_level(stack, service, visitor.query["code"])
        assert told == (full_name(slug), "urn:haiphong:acr:substantial")


def test_the_tick_for_a_public_computer_counts_for_a_passkey_in_the_field_too(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    """Its form is another than the one of the tick; without it this browser would be known from now on."""
    with Visitor(browser) as visitor:
        device = Device(visitor)
        open_passkeys(visitor, stack, "accountant")
        add_passkey(visitor, "Khóa")
        leave(visitor)
        visitor.context.add_init_script(_TICK)
        visitor.open(stack.provider + service.authorize_url())
        with visitor.page.expect_navigation(url="**/c*"):
            visitor.element("method-password").click()
        assert visitor.at in {"consent", "callback"}
        names = [str(one.get("name")) for one in visitor.context.cookies()]
        assert any(name.endswith("session") for name in names)
        assert not [name for name in names if name.endswith(("device", "public"))]
        assert device.credentials


def test_without_scripts_the_other_ways_are_all_there(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    with Visitor(browser, scripts=False, width=360) as visitor:
        visitor.open(stack.provider + service.authorize_url())
        assert not visitor.sees("method-passkey")
        assert visitor.sees("method-national")
        assert visitor.sees("method-password")
        interaction = visitor.query["i"]
        visitor.open(f"{stack.provider}/sign-in/passkey?i={interaction}")
        assert visitor.sees("needs-script")
        assert not visitor.sees("submit")
        visitor.press("other-way")
        assert visitor.at == "sign-in"
