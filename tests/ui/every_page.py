"""A check of a page as one test: it looks at every sample in both languages and tells all on which the check fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from idp.ui.language import Language
from tests.ui.html import Page

Key = tuple[str, Language]


@dataclass(frozen=True, slots=True)
class Seen:
    """One sample in one language, among all of them."""

    name: str
    language: Language
    html: str
    pages: Mapping[Key, Page]

    @property
    def page(self) -> Page:
        return self.pages[self.name, self.language]


Test = Callable[[Mapping[Key, str], Mapping[Key, Page]], None]


def on_every_page(check: Callable[[Seen], None]) -> Test:
    """Return the test of a check, under its name."""

    def test(rendered: Mapping[Key, str], parsed: Mapping[Key, Page]) -> None:
        failures: list[Exception] = []
        for (name, language), html in rendered.items():
            try:
                check(Seen(name, language, html, parsed))
            except (AssertionError, LookupError, ValueError) as failure:
                failure.add_note(f"on {name} in {language}")
                failures.append(failure)
        if failures:
            raise ExceptionGroup(check.__name__, failures)

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test
