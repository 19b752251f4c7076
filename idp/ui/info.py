"""The public pages of plain text: help, scams, personal data, accessibility (PAGES §3.0 footer, §4.1 rule 9).

Each is a list of sections; the words are strings `<page>_<section>`, with `_text`, `_1`…, `_after`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading with what stands under it; `key` is the fragment other pages link to, with hyphens."""

    key: str
    points: int = 0
    ordered: bool = False

    @property
    def id(self) -> str:
        """Return the fragment: `sign_in` is `#sign-in`."""
        return self.key.replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoPage:
    """One page of text."""

    key: str
    path: str
    sections: tuple[Section, ...]


_HELP = InfoPage(
    key="help",
    path="/help",
    sections=(
        Section(key="sign_in", points=3, ordered=True),
        Section(key="register", points=2),
        Section(key="password", points=2),
        Section(key="code", points=3),
        Section(key="down"),
        Section(key="act_for", points=3),
        Section(key="unlock", points=3),
        Section(key="problem"),
        Section(key="contact"),
    ),
)
_SCAM = InfoPage(
    key="scam",
    path="/phong-lua-dao",
    sections=(
        Section(key="now", points=4, ordered=True),
        Section(key="tell", points=4),
        Section(key="never", points=4),
        Section(key="how"),
        Section(key="report", points=3, ordered=True),
    ),
)
_PRIVACY = InfoPage(
    key="privacy",
    path="/privacy",
    sections=(
        Section(key="who"),
        Section(key="kept", points=4),
        Section(key="sent", points=5),
        Section(key="basis"),
        Section(key="time", points=3),
        Section(key="rights"),
        Section(key="cookies"),
    ),
)
_ACCESSIBILITY = InfoPage(
    key="accessibility",
    path="/accessibility",
    sections=(Section(key="works", points=6), Section(key="limits"), Section(key="help")),
)

INFO_PAGES: Mapping[str, InfoPage] = MappingProxyType(
    {page.path: page for page in (_HELP, _SCAM, _PRIVACY, _ACCESSIBILITY)}
)
"""Path → page, for `render("info.html", frame, page=…)`."""
