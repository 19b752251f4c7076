"""The suite's scripted browser in small: it follows the rules of a plan configuration on our pages.

What it knows is the format that the suite documents: the first rule whose pattern fits the address, its tasks in order,
a command for an element by id. A picture is the reviewer's: here it is enough that the element is there.
"""

import re
from typing import Any

from tests.driver import Browser, Page


class RuleFailed(AssertionError):
    """The suite would have stopped here."""


class WebRunner:
    """One browser with the rules of a configuration."""

    def __init__(self, browser: Browser, rules: list[dict[str, Any]]) -> None:
        self._browser = browser
        self._rules = rules
        self.pictures: list[str] = []

    async def go(self, url: str) -> Page:
        """Go to an address as the suite would, and return where it ends."""
        rule = next((rule for rule in self._rules if matches(rule["match"], url)), None)
        if rule is None:
            raise RuleFailed(f"no rule for {url}")
        page = with_scripts(await self._browser.get(url))
        for task in rule["tasks"]:
            if not matches(task.get("match", "*"), address(page)):
                if task.get("optional"):
                    continue
                raise RuleFailed(f"{task['task']}: at {address(page)}")
            page = await self._perform(task, page)
        return page

    async def _perform(self, task: dict[str, Any], page: Page) -> Page:
        written: dict[str, str] = {}
        ticked: list[tuple[str, str]] = []
        for command, kind, target, *more in task.get("commands", []):
            if command == "wait" and kind == "match":
                came = re.search(target, address(page)) is not None
                _check(came, f"{task['task']}: {target} never came, at {address(page)}")
            elif command == "wait" and page.left_for is not None:
                continue  # an element of the suite's own page
            elif target not in page.ids:
                _check("optional" in more, f"{task['task']}: no #{target} at {address(page)}")
            elif command == "wait":
                self.pictures.append(str(page.response.url))
            elif command == "text":
                written[target] = more[0]
            elif target in page.boxes:
                ticked.append(page.boxes[target])
            elif target in page.buttons:
                page = with_scripts(await self._browser.press(page, target, ticked, **written))
        return page


def with_scripts(page: Page) -> Page:
    """Return where a browser with scripts would be by now: an answer posted, frames loaded and left behind."""
    if page.left_for is None and "answer" in page.ids:
        return Page(page.response, left_for=page.posted[0])
    if page.left_for is None and page.frames and "back" in page.links:
        return Page(page.response, left_for=page.links["back"])
    return page


def address(page: Page) -> str:
    """Return where the browser is, at the provider or elsewhere."""
    return page.left_for or str(page.response.url)


def matches(pattern: str, url: str) -> bool:
    """Tell whether an address fits a pattern in which * stands for anything."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), url) is not None


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RuleFailed(otherwise)
