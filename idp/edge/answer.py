"""One answer as endpoints give it: status, headers, bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from keys.compact_json import compact_encoder

_encode = compact_encoder()
NO_STORE = (("cache-control", "no-store"), ("pragma", "no-cache"))
RawHeaders = Sequence[tuple[bytes, bytes]]
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_JSON = (("content-type", "application/json"), *NO_STORE)
_RAW_JSON = [(name.encode(), value.encode()) for name, value in _JSON]
"""What most answers to programs begin with, worked out once."""
_WITHOUT_CONTENT = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie to set. `__Host-` and Secure follow the issuer's scheme (DESIGN 5.13)."""

    name: str
    value: str = field(repr=False)
    max_age: int | None = None
    """Seconds; None: until the browser closes; 0: erase."""
    same_site: str = "Lax"
    is_for_scripts: bool = False
    """Our own scripts read it; true of nothing that opens anything."""

    def header(self) -> tuple[str, str]:
        """Return the Set-Cookie header."""
        secrecy = () if self.is_for_scripts else ("HttpOnly",)
        parts = [f"{self.name}={self.value}", "Path=/", *secrecy, f"SameSite={self.same_site}"]
        if self.name.startswith("__Host-"):
            parts.append("Secure")
        if self.max_age is not None:
            parts.append(f"Max-Age={self.max_age}")
        return "set-cookie", "; ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. `note` is for the access log."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    note: str = ""
    raw: RawHeaders = field(default=(), repr=False)
    """The headers as they are sent, worked out before, of an answer that is given often."""

    @classmethod
    def json(
        cls,
        content: Mapping[str, object],
        *,
        status: int = 200,
        headers: tuple[tuple[str, str], ...] = NO_STORE,
    ) -> "Answer":
        """Return a JSON answer; not stored unless the headers say otherwise."""
        all_headers = _JSON if headers is NO_STORE else (_JSON[0], *headers)
        return cls(status=status, headers=all_headers, body=_encode(content).encode())

    @classmethod
    def token(cls, token: str, *, media_type: str) -> "Answer":
        """Return a signed or encrypted answer."""
        return cls(headers=(("content-type", media_type), *NO_STORE), body=token.encode("ascii"))

    @classmethod
    def html(cls, body: bytes, *, status: int = 200, headers: tuple[tuple[str, str], ...]) -> "Answer":
        """Return a page; its headers come from idp.ui."""
        return cls(status=status, headers=(("content-type", "text/html; charset=utf-8"), *headers), body=body)

    @classmethod
    def redirect(cls, location: str, *cookies: Cookie) -> "Answer":
        """Return 303: the method becomes GET, credentials are never re-posted (RFC 9700 §4.12)."""
        return cls(
            status=303,
            headers=(
                ("location", location),
                *NO_STORE,
                ("referrer-policy", "no-referrer"),
                *(c.header() for c in cookies),
            ),
        )

    def with_cookies(self, *cookies: Cookie) -> "Answer":
        """Return the same answer with cookies set."""
        return self.with_headers(*(cookie.header() for cookie in cookies))

    def with_headers(self, *headers: tuple[str, str]) -> "Answer":
        """Return the same answer with more headers."""
        return replace(self, headers=(*self.headers, *headers), raw=())

    def prepared(self) -> "Answer":
        """Return the same answer with its headers worked out."""
        return replace(self, raw=self.raw_headers())

    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers as they are sent; where nothing follows, no length is said (RFC 9110 §8.6)."""
        if self.headers is _JSON and self.status not in _WITHOUT_CONTENT:
            return [*_RAW_JSON, (b"content-length", b"%d" % len(self.body)), _NOSNIFF]
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers]
        if self.status not in _WITHOUT_CONTENT:
            raw.append((b"content-length", b"%d" % len(self.body)))
            if all(name != b"x-content-type-options" for name, _ in raw):
                raw.append(_NOSNIFF)
        return raw
