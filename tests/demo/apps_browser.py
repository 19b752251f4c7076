"""A browser without pictures: follows redirects, keeps cookies, presses what a page offers, reads by id."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from demo.apps.common.settings import ssl_context

_VOID = {"meta", "link", "img", "input", "path", "br"}


@dataclass
class Element:
    """One element with an id."""

    tag: str
    attributes: dict[str, str]
    form: "Form | None" = None
    text: str = ""


@dataclass
class Form:
    """Where a form goes and what it holds already."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """An answer, read."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.status = answer.status_code
        self.url = str(answer.url)
        self.elements: dict[str, Element] = {}
        self.title = ""
        self._open: list[tuple[str, Element | None]] = []
        self._form: Form | None = None
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(attributes.get("action", ""))
        if self._form and tag == "input" and attributes.get("type") in {None, "hidden"}:
            self._form.values[attributes["name"]] = attributes.get("value", "")
        element = None
        if "id" in attributes:
            assert attributes["id"] not in self.elements, f"id {attributes['id']} stands twice"
            element = Element(tag, attributes, self._form)
            self.elements[attributes["id"]] = element
        if tag not in _VOID:
            self._open.append((tag, element))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        while tag not in _VOID and self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "title":
            self.title += data
        for _tag, element in self._open:
            if element:
                element.text += data

    def __contains__(self, id_: str) -> bool:
        return id_ in self.elements

    def text(self, id_: str) -> str:
        """Return the words of an element."""
        return " ".join(self.elements[id_].text.split())

    @property
    def name(self) -> str:
        """The page's own id."""
        return next(id_.removeprefix("page-") for id_ in self.elements if id_.startswith("page-"))


class Browser:
    """One person's browser."""

    def __init__(self, **headers: str) -> None:
        self.client = httpx.AsyncClient(
            verify=ssl_context(None),
            follow_redirects=True,
            headers={"Accept-Language": "vi-VN,vi", **headers},
        )
        self.page: Page | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.aclose()

    async def open(self, url: str) -> Page:
        """Go to an address."""
        self.page = Page(await self.client.get(url))
        return self.page

    async def press(self, id_: str, **typed: str) -> Page:
        """Follow a link, or send the form a button is in, with what was typed."""
        assert self.page is not None
        element = self.page.elements[id_]
        if element.tag == "a":
            return await self.open(urljoin(self.page.url, element.attributes["href"]))
        assert element.form is not None, f"{id_} is no link and in no form"
        parts = urlsplit(self.page.url)
        values = element.form.values | {name.replace("_", "-"): value for name, value in typed.items()}
        answer = await self.client.post(
            urljoin(self.page.url, element.form.action),
            data=values,
            headers={"Origin": f"{parts.scheme}://{parts.netloc}"},
        )
        self.page = Page(answer)
        return self.page

    def cookie(self, name: str) -> str | None:
        """Return a cookie's value."""
        return next((cookie.value for cookie in self.client.cookies.jar if cookie.name == name), None)
