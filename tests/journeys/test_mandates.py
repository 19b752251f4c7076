"""Journey 6 of DOMAIN §4.1: a director appoints an administrator, then a firm for one area until a day; each ends."""

import pytest
from playwright.sync_api import Browser

from demo.city.cast import the_cast
from tests.journeys.people import full_name, go_to_national, national_account, prove_nationally
from tests.journeys.stack import Stack
from tests.journeys.test_accessibility import NARROW, WIDE, check
from tests.journeys.visitor import Language, Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(300)]

DIRECTOR, ADMINISTRATOR, ACCOUNTANT = "director-of-1", "hoa-old-style", "accountant"


def open_account(visitor: Visitor, stack: Stack, slug: str) -> None:
    """Sign in to the account itself, without any service."""
    visitor.open(stack.provider)
    visitor.press("open-mandates")
    assert visitor.at == "account-sign-in"
    visitor.press("submit")
    go_to_national(visitor)
    prove_nationally(visitor, slug)
    assert visitor.at == "mandates"


def press_first(visitor: Visitor, beginning: str) -> None:
    """Press the first of the links or buttons whose ids begin so."""
    id_ = visitor.page.locator(f"[id^='{beginning}']").first.get_attribute("id")
    assert id_ is not None
    visitor.press(id_)


def organisation_page(visitor: Visitor, stack: Stack) -> None:
    visitor.open(f"{stack.provider}/account/mandates")
    press_first(visitor, "manage-")


def fill(visitor: Visitor, role: str, **fields: str) -> None:
    visitor.type(**fields, last_day="31/12/2099")
    visitor.element(f"role-{role}").check()
    visitor.element("area-tax").check()
    visitor.press("submit")


def firm_of(slug: str) -> tuple[str, str]:
    firm = next(
        one for one in the_cast().organisations if one.accounting_firm and slug in one.representatives
    )
    return firm.identifier, firm.name


def remove_last_administrator(director: Visitor, administrator: Visitor, stack: Stack) -> None:
    """The director proposes, the administrator agrees."""
    organisation_page(director, stack)
    press_first(director, "revoke-")
    assert director.at == "mandate-propose"
    director.press("submit")
    assert director.at == "mandate-receipt"
    organisation_page(administrator, stack)
    press_first(administrator, "confirm-removal-")
    assert administrator.at == "mandate-confirm"
    administrator.press("submit")
    assert administrator.at == "mandate-receipt"
    administrator.open(f"{stack.provider}/account/mandates")
    assert administrator.page.locator("[id^='manage-']").count() == 0


def test_a_director_appoints_an_administrator_and_a_firm_and_each_ends(
    stack: Stack, browser: Browser
) -> None:
    def visitor(language: Language, width: int) -> Visitor:
        return Visitor(browser, language=language, width=width, arrive=check)

    with (
        visitor("vi-VN", NARROW) as director,
        visitor("en-GB", WIDE) as administrator,
        visitor("vi-VN", WIDE) as accountant,
    ):
        open_account(director, stack, DIRECTOR)
        press_first(director, "manage-")
        company = director.text("title")
        director.press("add-person")
        director.press("submit")  # empty: every problem is said
        assert director.sees("error")
        number = national_account(ADMINISTRATOR).number
        fill(director, "administrator", number=number, full_name=full_name(ADMINISTRATOR))
        assert director.at == "mandate-offer"
        director.press("submit")
        assert director.at == "mandate-receipt"
        open_account(administrator, stack, ADMINISTRATOR)
        assert company in administrator.text("offers")
        press_first(administrator, "answer-offer-")
        administrator.press("submit")
        assert administrator.at == "mandate-receipt"
        tax_code, firm = firm_of(ACCOUNTANT)
        organisation_page(administrator, stack)
        administrator.press("add-firm")
        fill(administrator, "maker", tax_code=tax_code)
        assert firm in administrator.text("main")
        administrator.press("submit")
        assert administrator.at == "mandate-receipt"
        open_account(accountant, stack, ACCOUNTANT)
        accountant.open(f"{stack.provider}/account/mandates?p=2")
        assert accountant.page.locator("#mine > li").count() == 50
        organisation_page(director, stack)
        press_first(director, "revoke-firm-")
        director.press("submit")
        assert director.at == "mandate-receipt"
        remove_last_administrator(director, administrator, stack)


def test_all_of_it_works_without_scripts_and_by_keyboard(stack: Stack, browser: Browser) -> None:
    with Visitor(browser, scripts=False) as visitor:
        open_account(visitor, stack, DIRECTOR)
        press_first(visitor, "manage-")
        visitor.press("add-person")
        visitor.element("number").focus()
        for typed in ("031190000001", "Tab", "Lê Thị Không Có", "Tab", "Space"):
            press_or_type(visitor, typed)
        visitor.page.keyboard.press("Tab")
        visitor.page.keyboard.press("Space")
        visitor.type(last_day="31/12/2099")
        visitor.element("last-day").focus()
        with visitor.page.expect_navigation():
            visitor.page.keyboard.press("Enter")
        assert visitor.at == "mandate-offer"
        assert visitor.sees("ends-by-itself")
        visitor.press("change")
        assert (visitor.at, visitor.sees("error")) == ("mandate-person", False)
        assert visitor.element("full-name").input_value() == "Lê Thị Không Có"


def press_or_type(visitor: Visitor, text: str) -> None:
    if text in {"Tab", "Space"}:
        visitor.page.keyboard.press(text)
    else:
        visitor.page.keyboard.type(text)
