"""What is said to whom this process does not take on now: prepared bytes, 503 with Retry-After (RFC 9110 §10.2.3)."""

import json
from collections.abc import Iterable

from idp.edge.cors import PATHS as CORS_PATHS
from idp.edge.cors import cors_headers
from idp.edge.kinds import JSON_PATHS, NATIONAL, OF_RECORDS, WAITING
from idp.provider import Provider
from idp.ui.headers import page_headers

Headers = list[tuple[bytes, bytes]]
_JSON = json.dumps(
    {"error": "temporarily_unavailable", "error_description": "try again in a moment"}, separators=(",", ":")
).encode()
_JSON_HEADERS: Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
_RECORDS = json.dumps(
    {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "503",
        "detail": "try again in a moment",
    },
    separators=(",", ":"),
).encode()
"""RFC 7644 §3.12."""
_RECORDS_HEADERS: Headers = [(b"content-type", b"application/scim+json"), *_JSON_HEADERS[1:]]


class BusyAnswers:
    """The answers, as ASGI sends them."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._page = provider.pages.busy()
        self._page_headers: Headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            *page_headers(https=provider.settings.is_https),
        ]

    def answer(
        self, path: str, query: bytes, headers: Iterable[tuple[bytes, bytes]], retry_after: int
    ) -> tuple[Headers, bytes]:
        """Return headers and body for a path: JSON where programs ask, else a page in both languages.

        Who is on the way to the national system is asked again by the page itself, unless they chose that it stays still.
        """
        kind, body = self._page_headers, self._page
        if path in JSON_PATHS:
            kind, body = _JSON_HEADERS, _JSON
        elif path.startswith(OF_RECORDS):
            kind, body = _RECORDS_HEADERS, _RECORDS
        told = [
            *kind,
            (b"retry-after", b"%d" % retry_after),
            (b"content-length", b"%d" % len(body)),
        ]
        if path in (WAITING, NATIONAL) and b"still=1" not in query:
            told.append((b"refresh", b"%d" % retry_after))
        if path in CORS_PATHS:
            told += self._cors(headers)
        return told, body

    def _cors(self, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        """Let the script of a client read what it is told."""
        origin = next((value for name, value in headers if name == b"origin"), None)
        if origin is None:
            return []
        known = self._provider.configuration.origins
        return [
            (name.encode(), value.encode())
            for name, value in cors_headers(origin.decode("latin-1"), known, preflight=False)
        ]
