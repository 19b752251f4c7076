"""What is kept of a browser: its family and its system's, of a closed list, never the line it sent (PAGES §4.3). Pure.

The line is the browser's own word and proves nothing: it helps people to tell their own devices apart, and that is all.
"""

from collections.abc import Iterable

_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("coc_coc_browser/", "Cốc Cốc"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Mark → browser; the first that is found counts, since most also claim to be those below."""
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_MOST_READ = 512
"""Characters of the line that are looked at."""


def device_of(unverified_agent: str) -> str:
    """Return a device by browser and system: `Chrome, Windows`; empty if neither is known."""
    line = unverified_agent[:_MOST_READ]
    return ", ".join(one for one in (_first(_BROWSERS, line), _first(_SYSTEMS, line)) if one)


def _first(marks: Iterable[tuple[str, str]], line: str) -> str:
    return next((name for mark, name in marks if mark in line), "")
