"""Reads a rendered page strictly: every tag closed in order, and the parts the checks ask about."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(("meta", "link", "input", "br", "wbr", "hr", "img"))


@dataclass(slots=True)
class Element:
    tag: str
    attrs: dict[str, str]
    path: tuple[str, ...]
    text: str = ""


@dataclass(slots=True)
class Page(HTMLParser):
    """All elements of a page in document order; `faults` says what is not well-formed."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __init__(self, html: str) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)
        self.elements, self.faults, self._open = [], [], []
        if not html.lstrip().startswith("<!doctype html>"):
            self.faults.append("no doctype")
        self.feed(html)
        self.close()
        self.faults.extend(f"{element.tag} is never closed" for element in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"{tag} has an attribute twice")
        element = Element(
            tag, {name: value or "" for name, value in attrs}, tuple(outer.tag for outer in self._open)
        )
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._open and self._open[-1].tag == tag:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes nothing")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def one(self, tag: str) -> Element:
        (element,) = self.all(tag)
        return element

    def ids(self) -> list[str]:
        return [element.attrs["id"] for element in self.elements if "id" in element.attrs]

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the tags with the names of their attributes: what no value may ever change.

        A bare `wbr` is no shape: it says where a line may break, before each dot of a host.
        """
        shaped = [element for element in self.elements if element.tag != "wbr" or element.attrs]
        return [(element.tag, tuple(element.attrs)) for element in shaped]
