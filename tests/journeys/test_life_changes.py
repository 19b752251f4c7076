"""What the national registers say of a person reaches the services: journeys 3, 15 and 16 of DOMAIN §4.1.

Events are entered where a tester enters them, at the simulated national system; the provider reads its feed by itself.
These personas sign in nowhere else in these journeys.
"""

import time
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser

from tests.journeys.people import code_on_phone, full_name, go_to_national, national_account, sign_in
from tests.journeys.stack import Stack, wait_until
from tests.journeys.test_sign_in import file_a_procedure
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(300)]

CITIZEN, FOREIGNER = "id-reissued", "foreigner-valid"
NEW_NUMBER, NEW_NAME = "031195990099", "Vũ Thị Ngọc Mây"
_KNOWN_WITHIN = 30.0
"""Seconds: the feed is read every five, on a busy machine later."""


def enter(stack: Stack, type_: str, number: str, **facts: object) -> None:
    """Make something happen in the registers."""
    event = {"type": type_, "subject": {"personal_id": number}, "facts": facts}
    answer = httpx.post(f"{stack.national}/__events", json=event)
    assert answer.status_code == 201, answer.text


def prove(visitor: Visitor, number: str, password: str) -> None:
    """Number and password at the national system, and the code where it asks for one."""
    visitor.type(national_number=number, national_password=password)
    visitor.press("national-submit")
    if visitor.sees("national-otp"):
        visitor.type(national_otp=code_on_phone(visitor))
        visitor.press("national-submit")


def day(days: int) -> str:
    return (date.fromisoformat(vietnam_day()) + timedelta(days=days)).isoformat()


def vietnam_day() -> str:
    return (datetime.now(UTC) + timedelta(hours=7)).date().isoformat()


def sign_out(visitor: Visitor, service: str) -> None:
    visitor.open(service)
    if visitor.sees("sign-out-everywhere"):
        visitor.press("sign-out-everywhere")


def begin(visitor: Visitor, service: str, slug: str, number: str = "") -> None:
    """Sign out, and sign in anew as far as the national system leads."""
    sign_out(visitor, service)
    visitor.open(f"{service}/sign-in")
    if visitor.sees("method-national"):
        go_to_national(visitor)
        account = national_account(slug)
        prove(visitor, number or account.number, account.password)


def test_a_corrected_name_a_new_number_and_a_move_stay_one_account(stack: Stack, browser: Browser) -> None:
    """Journeys 15 and 3: same account, new claims, nobody twice; who falls to level 01 is told, and the draft is kept."""
    old_number = national_account(CITIZEN).number
    with Visitor(browser) as visitor:
        sign_in(visitor, stack.portal, CITIZEN)
        assert visitor.text("signed-in-name") == full_name(CITIZEN)
        file_a_procedure(visitor)
        receipt = visitor.text("receipt-number")
        enter(stack, "person.corrected", old_number, given_name="Mây", name=NEW_NAME)
        enter(stack, "person.residence", old_number, until=None, ward_code="11407", detail="số 3, ngõ 5")
        enter(stack, "person.number_changed", old_number, new=NEW_NUMBER, cause="data-corrected")

        def is_known() -> bool:
            begin(visitor, stack.portal, CITIZEN, NEW_NUMBER)
            assert not visitor.sees("first-login"), "no second account"
            if visitor.at == "consent":
                visitor.press("allow")
            if visitor.text("signed-in-name") != NEW_NAME:
                return False
            visitor.open(f"{stack.portal}/procedures/civil-status-extract/form")
            return NEW_NUMBER[-3:] in visitor.text("applicant-id-number")  # an event of its own

        wait_until(is_known, seconds=_KNOWN_WITHIN)
        visitor.open(f"{stack.portal}/my-files")
        assert visitor.sees(f"filing-{receipt}"), "the same sub at the service"
        visitor.open(f"{stack.portal}/procedures/civil-status-extract/form")
        assert visitor.text("applicant-name") == NEW_NAME
        visitor.type(registered_name="Vũ Thị Ngọc Mây")
        visitor.press("submit")
        assert visitor.at == "form", "half done: it is a draft"

        enter(stack, "person.level", NEW_NUMBER, account_level=1)

        def is_told() -> bool:
            visitor.open(stack.portal)
            return not visitor.sees("sign-out-everywhere")

        wait_until(is_told, seconds=_KNOWN_WITHIN)  # by a logout token; the sign-in at the city goes on
        begin(visitor, stack.portal, CITIZEN, NEW_NUMBER)
        assert (visitor.site, visitor.at) == (stack.provider, "step-up")
        visitor.press("cancel")
        assert (visitor.site, visitor.at) == (stack.portal, "level-too-low")
        told = visitor.page.locator("main").inner_text()
        assert "công an cấp xã" in told
        assert "Bản nháp đã lưu vẫn còn" in told
        enter(stack, "person.level", NEW_NUMBER, account_level=2)
        begin(visitor, stack.portal, CITIZEN, NEW_NUMBER)
        visitor.open(f"{stack.portal}/procedures/civil-status-extract/form")
        assert visitor.element("registered-name").input_value() == "Vũ Thị Ngọc Mây"


def test_a_foreign_resident_is_warned_then_locked_then_let_in_again(stack: Stack, browser: Browser) -> None:
    """Journey 16."""
    number = national_account(FOREIGNER).number
    with Visitor(browser) as visitor:
        begin(visitor, stack.data_store, FOREIGNER)
        assert (visitor.site, visitor.sees("acting-for")) == (stack.data_store, True)
        enter(stack, "person.residence", number, until=day(20))

        def is_warned() -> bool:
            begin(visitor, stack.data_store, FOREIGNER)
            return visitor.at == "papers"

        wait_until(is_warned, seconds=_KNOWN_WITHIN)
        assert visitor.sees("notice")
        visitor.press("go-on")
        assert visitor.site == stack.data_store
        enter(stack, "person.residence", number, until=day(-1))

        def is_out() -> bool:
            time.sleep(0.5)
            visitor.open(stack.data_store)
            return not visitor.sees("acting-for")

        wait_until(is_out, seconds=_KNOWN_WITHIN)
        begin(visitor, stack.data_store, FOREIGNER)
        assert visitor.site != stack.data_store
        enter(stack, "person.residence", number, until=day(700))

        def is_in() -> bool:
            visitor.open(stack.data_store)
            begin(visitor, stack.data_store, FOREIGNER)
            return visitor.site == stack.data_store and visitor.sees("acting-for")

        wait_until(is_in, seconds=_KNOWN_WITHIN)
