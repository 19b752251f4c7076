"""Where a reader of the feed is: opaque to them, a position in this feed to us."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

_POSITION = re.compile(r"([0-9a-f]{16}):(0|[1-9][0-9]{0,15})")


class UnknownCursor(Exception):
    """Not a cursor of this feed."""


def write_cursor(feed: str, position: int) -> str:
    """Return the cursor behind the event at this position; "" is the beginning."""
    return urlsafe_b64encode(f"{feed}:{position}".encode()).rstrip(b"=").decode() if position else ""


def read_cursor(feed: str, cursor: str) -> int:
    """Return the position of the last event read; raise UnknownCursor."""
    if not cursor:
        return 0
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError as error:
        raise UnknownCursor from error
    match = _POSITION.fullmatch(text)
    if match is None or match[1] != feed or write_cursor(feed, int(match[2])) != cursor:
        raise UnknownCursor
    return int(match[2])
