"""A person at a browser: presses what pages offer, by id, and keeps count of what that took."""

import re
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit

import pyotp
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request

from demo.city.cast import the_cast
from demo.city.personas import CitySignIn, NationalSignIn, load

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE_MS = 20_000
_STATUS = "Failed to load resource: the server responded with a status of"
"""What the console says of a page that is an error page on purpose."""
_OTP = re.compile(r"\b\d{3} ?\d{3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How somebody's browser is set."""

    language: Literal["vi-VN", "en-GB"] = "vi-VN"
    scripts: bool = True
    width: int = 1280
    dark: bool = False


class Visitor:
    """One browser profile; `page` is the tab in front."""

    def __init__(self, browser: Browser, **look: object) -> None:
        wanted = Look(**look)  # type: ignore[arg-type]
        self.context = browser.new_context(
            locale=wanted.language,
            java_script_enabled=wanted.scripts,
            viewport={"width": wanted.width, "height": 800},
            color_scheme="dark" if wanted.dark else "light",
        )
        self.context.set_default_timeout(_PATIENCE_MS)
        self.acts = 0
        self.longest_chain = 0
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page = self.new_tab()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.close()
        if error is None:
            assert self.complaints == [], "the browser complained, or a script of somebody else's ran"
            assert self.longest_chain <= 10, "a redirect chain over 10"

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._see_dialog)
        page.on("request", self._count)
        return page

    @property
    def at(self) -> str:
        """The page's own name, empty on pages of the national system."""
        return (self.page.locator("body").get_attribute("id") or "").removeprefix("page-")

    @property
    def host(self) -> str:
        return urlsplit(self.page.url).netloc

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.page.url).query))

    def open(self, url: str) -> None:
        self.page.goto(url)

    def element(self, id_: str) -> Locator:
        return self.page.locator(f"#{id_}")

    def sees(self, id_: str) -> bool:
        return self.element(id_).count() == 1 and self.element(id_).is_visible()

    def text(self, id_: str) -> str:
        return " ".join((self.element(id_).text_content() or "").split())

    def press(self, id_: str) -> None:
        """Press what leads on: one act."""
        self.acts += 1
        with self.page.expect_navigation():
            self.element(id_).click()

    def type(self, **values: str) -> None:
        for id_, value in values.items():
            self.element(id_.replace("_", "-")).fill(value)

    def cookies(self, url: str) -> dict[str, str]:
        """Return what this browser would send to an address."""
        return {cookie["name"]: cookie["value"] for cookie in self.context.cookies(url)}

    def _hear(self, message: ConsoleMessage) -> None:
        if not message.text.startswith(_STATUS):
            self.complaints.append(message.text)

    def _see_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _count(self, request: Request) -> None:
        self.asked.append(request.url)
        length, before = 0, request.redirected_from
        while before is not None:
            length, before = length + 1, before.redirected_from
        self.longest_chain = max(self.longest_chain, length)


def national_account(slug: str) -> NationalSignIn:
    account = next(persona.national for persona in load() if persona.slug == slug)
    assert account is not None
    return account


def city_account(slug: str) -> CitySignIn:
    account = next(persona.city for persona in load() if persona.slug == slug)
    assert account is not None
    return account


def full_name(slug: str) -> str:
    return next(person.full_name for person in the_cast().people if person.key == slug)


def go_to_national(visitor: Visitor) -> None:
    """From the sign-in page to the national system's first page."""
    visitor.press("method-national")
    if visitor.at == "national":
        visitor.press("submit")


def prove_nationally(visitor: Visitor, slug: str) -> None:
    """Number, password, and the code from the pretend phone."""
    account = national_account(slug)
    visitor.type(national_number=account.number, national_password=account.password)
    visitor.press("national-submit")
    visitor.type(national_otp=code_on_phone(visitor))
    visitor.press("national-submit")


def code_on_phone(visitor: Visitor) -> str:
    """Read the message on the pretend phone beside the form."""
    found = _OTP.search(visitor.element("pretend-phone").text_content() or "")
    assert found is not None, "no code on the pretend phone"
    return found[0].replace(" ", "")


def code_of(account: CitySignIn) -> str:
    return pyotp.TOTP(account.totp_secret).now()


def sign_in(visitor: Visitor, service: str, slug: str) -> None:
    """From a service's first page and back to it, agreeing to what is asked."""
    visitor.open(service)
    visitor.press("sign-in")
    go_to_national(visitor)
    prove_nationally(visitor, slug)
    if visitor.at == "consent":
        visitor.press("allow")
