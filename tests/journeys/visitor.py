"""A person at a browser: presses what pages offer, by id, and keeps count of what that took."""

from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request

Language = Literal["vi-VN", "en-GB"]
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


class Visitor:
    """One browser profile; `page` is the tab in front, `arrive` is called on every page that is come to."""

    def __init__(
        self,
        browser: Browser,
        *,
        language: Language = "vi-VN",
        scripts: bool = True,
        width: int = 1280,
        dark: bool = False,
        bypass_csp: bool = False,
        arrive: Callable[["Visitor"], None] = lambda _: None,
    ) -> None:
        self.context = browser.new_context(
            locale=language,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            bypass_csp=bypass_csp,
        )
        self.context.set_default_timeout(_PATIENCE_MS)
        self.acts = 0
        self.longest_chain = 0
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._arrive = arrive
        self.page = self.new_tab()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.close()
        if error is None:
            assert self.complaints == [], "the browser complained, or ran somebody else's script"
            assert self.longest_chain <= 10, "a redirect chain over 10"

    def new_tab(self) -> Page:
        """Open another tab; it comes to the front when it is made `page`."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._see_dialog)
        page.on("request", self._count)
        return page

    @property
    def at(self) -> str:
        """The page's own name; the national system's pages have none."""
        return (self.page.locator("body").get_attribute("id") or "").removeprefix("page-")

    @property
    def problem(self) -> str:
        """Which error page of the provider this is."""
        assert self.at == "error", self.at
        return self.element("error").get_attribute("data-case") or ""

    @property
    def site(self) -> str:
        """The origin of the page in front."""
        parts = urlsplit(self.page.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.page.url).query))

    @property
    def language(self) -> str:
        return self.page.locator("html").get_attribute("lang") or ""

    def open(self, url: str) -> None:
        """Type an address."""
        self.page.goto(url)
        self._arrive(self)

    def press(self, id_: str) -> None:
        """Press what leads on: one act."""
        self.acts += 1
        with self.page.expect_navigation():
            self.element(id_).click()
        self._arrive(self)

    def type(self, **values: str) -> None:
        """Fill fields, named by their ids."""
        for id_, value in values.items():
            self.element(id_.replace("_", "-")).fill(value)

    def element(self, id_: str) -> Locator:
        return self.page.locator(f"#{id_}")

    def sees(self, id_: str) -> bool:
        return self.element(id_).count() == 1 and self.element(id_).is_visible()

    def text(self, id_: str) -> str:
        return " ".join((self.element(id_).text_content() or "").split())

    def cookies(self, url: str) -> str:
        """Return the Cookie header that this browser would send to an address."""
        return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in self.context.cookies(url))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_STATUS):
            self.complaints.append(message.text)

    def _see_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _count(self, request: Request) -> None:
        self.asked.append(request.url)
        length, before = 0, request.redirected_from
        while before is not None:
            length, before = length + 1, before.redirected_from
        self.longest_chain = max(self.longest_chain, length)
