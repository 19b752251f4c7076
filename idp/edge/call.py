"""One request as endpoints see it: no framework object, every input strict.

Names and values are UTF-8 without NUL; anything else is refused before an endpoint runs (SECURITY H03).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from idp.audit.occasion import Occasion
from idp.edge.peer import peer_prefix
from keys.strict_json import parse_json_object

if TYPE_CHECKING:
    from idp.edge.answer import Answer
    from idp.provider import Provider

_MOST_FIELDS = 64
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class BadCall(Exception):
    """A request no endpoint should see; answered with this status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """One request. `peer` is the client's address after proxy trust; `txn` names the request in logs and pages.

    Not frozen, since the edge puts the body in once it has come; nobody else changes anything.
    """

    provider: "Provider"
    method: str
    path: str
    query_string: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    peer: str
    txn: str
    _cookies: dict[str, str] | None = field(default=None, init=False, repr=False)

    def occasion(self) -> Occasion:
        """Return this moment of this request, for what it writes."""
        clock = self.provider.clock
        return Occasion(
            clock=clock,
            now=clock.now(),
            txn=self.txn,
            peer=self.peer,
            agent=self.headers.get("user-agent", ""),
        )

    def count_refusal(self, what: str, *, client_id: str = "") -> None:
        """Count a refusal where nobody was proved, for the summary (DESIGN 5.9); `client_id` is a registered one's."""
        self.provider.summaries.count(
            what, client_id=client_id, prefix=peer_prefix(self.peer), now=self.provider.clock.now()
        )

    def query(self) -> list[tuple[str, str]]:
        """Return the query's pairs in order."""
        return parse_pairs(self.query_string)

    def form(self) -> list[tuple[str, str]]:
        """Return the body's pairs in order; the body must be a form."""
        if self._content_type() != FORM:
            raise BadCall(415, f"the body must be {FORM}")
        return parse_pairs(self.body)

    def json_object(self) -> dict[str, object]:
        """Return the body's members; the body must be one JSON object."""
        if self._content_type() != JSON:
            raise BadCall(415, f"the body must be {JSON}")
        try:
            return parse_json_object(self.body)
        except ValueError:
            raise BadCall(400, "the body must be one JSON object") from None

    def _content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def cookies(self) -> dict[str, str]:
        """Return the request's cookies; malformed ones are dropped."""
        if self._cookies is None:
            self._cookies = parse_cookies(self.headers.get("cookie", ""))
        return self._cookies


Endpoint = Callable[[Call], Awaitable["Answer"]]


def parse_pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Decode form or query pairs strictly: UTF-8, no NUL, at most 64 fields."""
    if encoded.count(b"&") >= _MOST_FIELDS or b"\x00" in encoded or b"%00" in encoded:
        raise BadCall(400, "malformed parameters")
    try:
        parts = encoded.decode("ascii").replace("+", " ").split("&")
        pairs = [part.partition("=") for part in parts if part]
        if b"%" in encoded:
            return [(_decoded(name), _decoded(value)) for name, _, value in pairs]
    except ValueError:
        raise BadCall(400, "malformed parameters") from None
    return [(name, value) for name, _, value in pairs]


def _decoded(part: str) -> str:
    return unquote_to_bytes(part).decode() if "%" in part else part


def parse_cookies(header: str) -> dict[str, str]:
    """Read a Cookie header pair by pair; values stay as they are, of two of one name the first counts (RFC 6265 §4.2).

    Only space and tab are trimmed: a browser takes other white space for part of the name, and trimming it would undo
    the `__Host-` prefix. Nothing is unquoted: we quote nothing, and unquoting takes time that grows with the square.
    """
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, sign, value = part.strip(" \t").partition("=")
        if sign and name:
            cookies.setdefault(name, value)
    return cookies
