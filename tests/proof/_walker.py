"""A citizen's browser without scripts on the running demo: one jar of cookies for all services, redirects followed."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from tests.driver import Page
from tests.journeys.people import national_account
from tests.journeys.stack import Stack


class Walker:
    """Goes where links and buttons lead; `page` is what it looks at."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._http = httpx.Client(headers={"accept-language": "vi"}, timeout=40, trust_env=False)
        self.page = httpx.Response(204)

    def close(self) -> None:
        self._http.close()

    @property
    def at(self) -> str:
        """The port of the service whose page this is, and the path."""
        parts = urlsplit(str(self.page.url))
        return f"{parts.port}{parts.path}"

    def open(self, url: str, *, stop_at: str = "") -> str:
        """Follow every redirect; with `stop_at` return the first address that begins so, without going there."""
        return self._follow(self._http.get(url), stop_at)

    def press(self, button: str, *, stop_at: str = "", **typed: str) -> str:
        """Press a link or a button by its id, with what was typed into its form by name."""
        page = Page(self.page)
        if button in page.links:
            return self.open(urljoin(str(self.page.url), page.links[button]), stop_at=stop_at)
        form = page.form(button)
        name, value = form["buttons"].get(button, (None, None))
        fields: dict[str, Any] = {**form["fields"], **typed} | ({name: value or ""} if name else {})
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(str(self.page.url)))
        headers = {"origin": origin, "sec-fetch-site": "same-origin"}
        target = urljoin(str(self.page.url), form["action"])
        return self._follow(self._http.post(target, data=fields, headers=headers), stop_at)

    def to_national(self) -> None:
        """From the portal's first page to the door of the national system, or to a page that says why not."""
        self.open(f"{self._stack.portal}/sign-in")
        self.press("method-national")
        if "submit" in Page(self.page).ids:  # once per device
            self.press("submit")

    def prove(self, *, slug: str = "level-02-adult") -> str:
        """Do all that the national system asks; return the address it sends the browser back to."""
        account, back = national_account(slug), f"{self._stack.provider}/upstream/"
        sent = self.press("national-submit", number=account.number, password=account.password, stop_at=back)
        while not sent and "back-first" not in Page(self.page).links:
            if "phone-otp" in Page(self.page).ids:
                shown = re.search(r'id="phone-otp">(\d{6})<', self.page.text)
                assert shown is not None
                sent = self.press("national-submit", otp=shown[1], stop_at=back)
            else:
                sent = self.press("face-match", stop_at=back)
        return sent or str(unescape(Page(self.page).links["back-first"]))

    def _follow(self, response: httpx.Response, stop_at: str) -> str:
        for _ in range(12):
            location = response.headers.get("location")
            if not response.is_redirect or location is None:
                self.page = response
                return ""
            target: str = urljoin(str(response.url), location)
            if stop_at and target.startswith(stop_at):
                return target
            response = self._http.get(target)
        raise AssertionError("a redirect chain over 12")
