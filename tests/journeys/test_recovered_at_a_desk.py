"""Journey 11 at a one-stop desk: the phone with everything on it is lost, and so is what the national system would ask.

The person sits at a computer with the paper an official has just handed over (DOMAIN §3.5, §4.1; PAGES §3.1.19). In a
demo of its own: whoever is recovered is signed out everywhere.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser

from demo.run.services import INBOX, NATIONAL, PROVIDER
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
from tests.journeys.people import full_name, go_to_national, national_account, prove_nationally
from tests.journeys.stack import Stack, start_forked_stack, wait_until
from tests.journeys.visitor import Language, Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(300)]

OFFICIAL = "CB900001"
"""The desk official of Lê Chân."""
PASSWORD = "thuyền neo ở bến Bính chiều nay"
_CASE = re.compile(r"Case: ([0-9A-Z]{4}-[0-9A-Z]{4})")
_CODE = re.compile(r"One-time code:\s+((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, seed: Path) -> Iterator[Stack]:
    stack = start_forked_stack(
        tmp_path_factory.mktemp("desk") / "demo", seed, only=(INBOX, NATIONAL, PROVIDER)
    )
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def service(stack: Stack) -> Iterator[RelyingParty]:
    with local_service(stack, "dich-vu-gan-nha") as service:
        yield service


def check(visitor: Visitor) -> None:
    """Every page of the way back is accessible and fits."""
    if visitor.at.startswith("recover") or visitor.at in {"held", "account-home"}:
        assert violations(visitor) == [], visitor.at
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), visitor.at


def handed_over(stack: Stack, slug: str) -> tuple[str, str]:
    """Let the official read the card and hand over the paper; return what stands on it."""
    number = national_account(slug).number
    seen = ("--method", "card-chip", "--outcome", "proved", "--until", "2049-05-30", "--device", "quay-3")
    paper = stack.hpid(
        "desk", "open", "--official", OFFICIAL, *seen, "--person", number, "--document", "D0001234"
    )
    case, code = _CASE.search(paper), _CODE.search(paper)
    assert case is not None
    assert code is not None, paper
    return case[1], code[1]


@pytest.mark.parametrize(
    ("slug", "language", "width", "dark"),
    [("split-commune", "vi-VN", 320, False), ("same-name-a", "en-GB", 1280, True)],
)
def test_a_lost_phone_is_got_over_with_a_paper_and_followed_by_a_day_of_caution(
    stack: Stack,
    browser: Browser,
    service: RelyingParty,
    slug: str,
    language: Language,
    width: int,
    *,
    dark: bool,
) -> None:
    with (
        Visitor(browser, width=390) as phone,
        Visitor(browser, language=language, width=width, dark=dark, arrive=check) as visitor,
    ):
        _keeps_everything_on(phone, stack, slug)
        visitor.open(f"{stack.provider}/recover")
        assert visitor.sees("recover-desk")
        assert "24" in visitor.text("recover-after"), "what follows is told before"
        case, code = handed_over(stack, slug)
        secret = _binds_by_paper(visitor, slug, case, code)
        _opens_nothing_any_more(phone, stack)
        name, level = _signs_in(visitor, stack, service, f"{slug}.moi", secret)
        assert (name, level) == (full_name(slug), "urn:haiphong:acr:low")
        is_told_of_recovery(visitor, stack)
        _waits_a_day(visitor, stack, slug)
    rows = json.loads(stack.hpid("desk", "show", case, "--json"))
    assert (rows["used"], rows["outcome"], rows["wrong_codes"]) == (True, "proved", 1)


def _keeps_everything_on(phone: Visitor, stack: Stack, slug: str) -> None:
    """Everything this person has of Hải Phòng ID is on the phone that will be lost."""
    Device(phone)
    open_passkeys(phone, stack, slug)
    add_passkey(phone, "Điện thoại sẽ mất")


def _binds_by_paper(visitor: Visitor, slug: str, case: str, code: str) -> str:
    """Type what is on the paper, once wrong, and bind a password and an authenticator; return its secret."""
    visitor.press("recover-desk-code")
    visitor.type(case_number=case, desk_code="0000-0000-0000-0000")
    visitor.press("submit")
    assert (visitor.at, visitor.sees("error-desk-code")) == ("recover-desk", True)
    visitor.type(case_number=case.lower(), desk_code=code.replace("-", " ").lower())
    visitor.press("submit")
    assert visitor.at == "recover-desk-bind"
    secret = visitor.text("totp-key").replace(" ", "")
    visitor.type(username=f"{slug}.moi", new_password=PASSWORD, otp=pyotp.TOTP(secret).now())
    visitor.press("submit")
    assert (visitor.at, visitor.sees("notice")) == ("recover-desk-done", True)
    assert f"{slug}.moi" in visitor.text("names")
    return secret


def _opens_nothing_any_more(phone: Visitor, stack: Stack) -> None:
    """Whoever found the phone has neither its session nor its passkey."""
    phone.open(stack.provider + PASSKEYS)
    assert phone.at == "account-sign-in"
    phone.press("submit")
    show_passkey(phone)
    assert (phone.at, phone.sees("error")) == ("passkey", True)


def _signs_in(
    visitor: Visitor, stack: Stack, service: RelyingParty, username: str, secret: str
) -> tuple[str, str]:
    """Sign in with what was bound at the desk; the code of an authenticator counts once, so the next is waited for."""
    used = pyotp.TOTP(secret).now()
    wait_until(lambda: pyotp.TOTP(secret).now() != used, seconds=40)
    visitor.open(stack.provider + service.authorize_url())
    visitor.press("method-password")
    visitor.type(username=username, password=PASSWORD)
    visitor.press("submit")
    visitor.type(otp=pyotp.TOTP(secret).now())
    visitor.press("submit")
    assert visitor.at == "consent"
    visitor.press("allow")
    return name_and_level(stack, service, visitor.query["code"])


def _waits_a_day(visitor: Visitor, stack: Stack, slug: str) -> None:
    """Back at the national system too: the account says what waits and until when, and who did it."""
    visitor.open(f"{stack.provider}/account")
    visitor.press("submit")
    go_to_national(visitor)
    prove_nationally(visitor, slug)
    assert (visitor.at, visitor.sees("alert-held")) == ("account-home", True)
    visitor.open(f"{stack.provider}/account/data/close")
    assert (visitor.at, visitor.sees("held-until")) == ("held", True)
    visitor.press("history")
    assert visitor.page.locator("[id^=not-me-]").count() > 0
    visitor.open(stack.provider + PASSKEYS)
    assert visitor.sees("passkeys-none")
