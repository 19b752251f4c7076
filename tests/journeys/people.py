"""The personas at their browsers: with whose number and password, and the walk through the national system."""

import re

import pyotp
from playwright.sync_api import Browser

from demo.city.cast import the_cast
from demo.city.personas import CitySignIn, NationalSignIn, load
from tests.journeys.visitor import Visitor

_CODE = re.compile(r"\b\d{3} ?\d{3}\b")


def national_account(slug: str) -> NationalSignIn:
    account = next(persona.national for persona in load() if persona.slug == slug)
    assert account is not None
    return account


def city_account(slug: str) -> CitySignIn:
    account = next(persona.city for persona in load() if persona.slug == slug)
    assert account is not None
    return account


def code_of(account: CitySignIn) -> str:
    """Return what the authenticator shows now."""
    return pyotp.TOTP(account.totp_secret).now()


def full_name(slug: str) -> str:
    return next(person.full_name for person in the_cast().people if person.key == slug)


def go_to_national(visitor: Visitor) -> None:
    """From the sign-in page to the first page of the national system."""
    visitor.press("method-national")
    if visitor.at == "national":  # once per device
        visitor.press("submit")


def prove_nationally(visitor: Visitor, slug: str) -> None:
    """Number and password, then the code from the pretend phone."""
    give_password(visitor, slug)
    visitor.type(national_otp=code_on_phone(visitor))
    visitor.press("national-submit")


def scan_nationally(visitor: Visitor, browser: Browser, slug: str) -> None:
    """Scan the code on the screen with a phone, confirm there with the two digits, and go on here."""
    account = national_account(slug)
    code, digits = visitor.element("open-scan-phone").get_attribute("href"), visitor.text("scan-digits")
    with Visitor(browser, width=390) as phone:
        phone.open(f"{visitor.site}{code}")
        phone.type(scan_number=account.number, scan_passcode=account.password, scan_match=digits)
        phone.press("scan-confirm")
        assert phone.sees("done")
    visitor.press("scan-done")


def give_password(visitor: Visitor, slug: str) -> None:
    account = national_account(slug)
    visitor.type(national_number=account.number, national_password=account.password)
    visitor.press("national-submit")


def code_on_phone(visitor: Visitor) -> str:
    found = _CODE.search(visitor.element("pretend-phone").text_content() or "")
    assert found is not None, "no code on the pretend phone"
    return found[0].replace(" ", "")


def reach_consent(visitor: Visitor, service: str, slug: str) -> None:
    """From a service's first page to the page that tells and asks."""
    visitor.open(service)
    visitor.press("sign-in")
    go_to_national(visitor)
    prove_nationally(visitor, slug)


def sign_in(visitor: Visitor, service: str, slug: str) -> None:
    """From a service's first page and back to it, agreeing to what is asked."""
    reach_consent(visitor, service, slug)
    if visitor.at == "consent":
        visitor.press("allow")
